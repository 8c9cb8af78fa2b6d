import type { SeriesFactory } from '../series-factory.js';
import { onceFor } from './once-for.js';
import { amountOf, isRecord } from './statistics.js';
import type { ConnectorObserver } from './statistics.js';

const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 4];

/** For the Mooncake store: a list of records for each operation. */
export function observeOperations(newFactory: () => SeriesFactory): ConnectorObserver {
  const startFor = onceFor(() => {
    const make = newFactory();
    const counter = (name: string, help: string) =>
      make.counter(`vllm:mooncake_store_operation_${name}`, help, { operation: [], status: [] });
    return {
      make,
      seconds: make.histogram('vllm:mooncake_store_operation_time_seconds', 'Duration of operations.', SECONDS, {
        ...{ operation: [], status: [] },
      }),
      calls: counter('total', 'Operations.'),
      keys: counter('keys_total', 'Keys of operations.'),
      bytes: counter('bytes_total', 'Bytes of operations.'),
      failedKeys: counter('failed_keys_total', 'Keys of operations that failed.'),
    };
  });
  return (common, statistics) => {
    const { seconds, calls, keys, bytes, failedKeys } = startFor(common);
    for (const [operation, records] of Object.entries(statistics)) {
      for (const record of (records as unknown[]).filter(isRecord)) {
        const labels = { ...common, operation, status: String(record['status']) };
        seconds.observe(labels, amountOf(record['duration_seconds']));
        calls.inc(labels);
        keys.inc(labels, amountOf(record['num_keys']));
        bytes.inc(labels, amountOf(record['num_bytes']));
        failedKeys.inc(labels, amountOf(record['num_failed_keys']));
      }
    }
  };
}
