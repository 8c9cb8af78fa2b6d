import { InternalError } from '@app/errors';
import type { EngineOutputs } from '@app/engine-protocol';
import type { RequestEntry, RequestTable } from '../requests/request-table.js';

/**
 * Hands the outputs of one engine message to their sinks, synchronously and in order. Ids that are not in the table are ignored: outputs
 * of aborted requests keep coming for a step or two. A request leaves the table before its sink hears the last output. A sink that throws
 * loses its request and disturbs no other; `onSinkError` hears of it.
 */
export function sweepOutputs(
  { outputs, timestamp, weightVersion }: EngineOutputs,
  table: RequestTable,
  onSinkError: (entry: RequestEntry, error: unknown) => void,
): void {
  for (const output of outputs) {
    const entry = output.finishReason === undefined ? table.get(output.requestId) : table.take(output.requestId);
    if (entry === undefined) {
      continue;
    }
    entry.heard = true;
    try {
      entry.sink.push(output, timestamp, weightVersion);
    } catch (error) {
      table.take(output.requestId);
      failSink(entry, new InternalError('The answer could not be processed.', { cause: error }));
      onSinkError(entry, error);
    }
  }
}

/** `fail` of a sink that may itself throw: its error has nowhere to go, the request is over either way. */
export function failSink({ sink }: RequestEntry, error: Parameters<RequestEntry['sink']['fail']>[0]): void {
  try {
    sink.fail(error);
  } catch {
    return;
  }
}
