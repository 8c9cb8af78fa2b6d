import { InternalError } from '@app/errors';
import type { EngineOutputs } from '@app/engine-protocol';
import type { RequestEntry, RequestTable } from '../requests/request-table.js';

export interface SweepListeners {
  /** The sink threw; its request is lost. */
  sinkFailed(entry: RequestEntry, error: unknown): void;
  /** An output of a request that is not in the table, and goes on. */
  stranger?(requestId: string): void;
}

/**
 * Hands the outputs of one engine message to their sinks, synchronously and in order. Ids that are not in the table are no error: outputs
 * of aborted requests keep coming for a step or two. A request leaves the table before its sink hears the last output. A sink that throws
 * loses its request and disturbs no other.
 */
export function sweepOutputs(
  { outputs, timestamp, weightVersion }: EngineOutputs,
  table: RequestTable,
  listeners: SweepListeners,
): void {
  for (const output of outputs) {
    const entry = output.finishReason === undefined ? table.get(output.requestId) : table.take(output.requestId);
    if (entry === undefined) {
      if (output.finishReason === undefined) listeners.stranger?.(output.requestId);
      continue;
    }
    table.heard(entry);
    try {
      entry.sink.push(output, timestamp, weightVersion, entry.engine);
    } catch (error) {
      table.take(output.requestId);
      failSink(entry, new InternalError('The answer could not be processed.', { cause: error }));
      listeners.sinkFailed(entry, error);
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
