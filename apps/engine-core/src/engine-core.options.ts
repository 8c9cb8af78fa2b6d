import { readFlags, toWholeNumber } from '@app/engine-server';
import { ConfigurationError } from '@app/errors';
import type { SchedulingPolicy } from '@app/onnx-engine';

/** What the process is told on its command line. */
export interface EngineCoreOptions {
  /** A folder, or the name of a shipped model. */
  readonly model: string;
  /** Where the front end waits for engines: `ipc://…` or `tcp://…`. */
  readonly handshake: string;
  readonly rank: number;
  /** Started by hand, not by the front end beside it. */
  readonly headless: boolean;
  readonly maxNumSeqs: number | undefined;
  readonly maxModelLen: number | undefined;
  readonly threads: number | undefined;
  readonly prefillChunk: number | undefined;
  readonly kvCacheBytes: number | undefined;
  readonly schedulingPolicy: SchedulingPolicy | undefined;
  readonly prefixCaching: boolean;
  /** How long running requests may go on after SIGTERM. */
  readonly shutdownTimeoutMs: number;
}

/** Reads the command line. Throws `ConfigurationError` that names the flag at fault. */
export function readOptions(args: readonly string[]): EngineCoreOptions {
  const { values, positionals } = readFlags(args, FLAGS);
  if (positionals.length > 0) throw new ConfigurationError(`"${positionals[0]}" is no flag`);
  const { model, handshake } = values;
  if (model === undefined || handshake === undefined) {
    throw new ConfigurationError('--model and --handshake are required');
  }
  return {
    model,
    handshake,
    rank: toWholeNumber('rank', values.rank, 0) ?? 0,
    headless: values.headless ?? false,
    maxNumSeqs: toWholeNumber('max-num-seqs', values['max-num-seqs'], 1),
    maxModelLen: toWholeNumber('max-model-len', values['max-model-len'], 1),
    threads: toWholeNumber('threads', values.threads, 1),
    prefillChunk: toWholeNumber('prefill-chunk', values['prefill-chunk'], 1),
    kvCacheBytes: toWholeNumber('kv-cache-bytes', values['kv-cache-bytes'], 1),
    schedulingPolicy: toPolicy(values['scheduling-policy']),
    prefixCaching: !(values['no-prefix-caching'] ?? false),
    shutdownTimeoutMs: (toWholeNumber('shutdown-timeout', values['shutdown-timeout'], 0) ?? 0) * 1000,
  };
}

const FLAGS = {
  model: { type: 'string' },
  handshake: { type: 'string' },
  rank: { type: 'string' },
  headless: { type: 'boolean' },
  'max-num-seqs': { type: 'string' },
  'max-model-len': { type: 'string' },
  threads: { type: 'string' },
  'prefill-chunk': { type: 'string' },
  'kv-cache-bytes': { type: 'string' },
  'scheduling-policy': { type: 'string' },
  'no-prefix-caching': { type: 'boolean' },
  'shutdown-timeout': { type: 'string' },
} as const;

function toPolicy(text: string | undefined): SchedulingPolicy | undefined {
  if (text === undefined || text === 'fcfs' || text === 'priority') {
    return text;
  }
  throw new ConfigurationError(`--scheduling-policy must be fcfs or priority, got "${text}"`);
}
