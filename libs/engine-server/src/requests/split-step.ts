import type { EngineCoreStep, EngineOutput, EngineOutputs } from '@app/engine-protocol';

export interface StepReceivers {
  readonly engineIndex: number;
  readonly clientCount: number;
  /** Client of a request in flight. */
  ownerOf(requestId: string): number | undefined;
}

/** One message for each client that has a part in the step, by client index; at most one message carries the statistics (engine protocol §2.6). */
export function splitStep(step: EngineCoreStep, receivers: StepReceivers): ReadonlyMap<number, EngineOutputs> {
  const { engineIndex, clientCount } = receivers;
  const outputs = new Map<number, EngineOutput[]>();
  const finished = new Map<number, string[]>();
  const owners = new Map<string, number>();
  for (const output of step.outputs) {
    if (output.clientIndex < clientCount) append(outputs, output.clientIndex, output);
    if (step.finishedRequests) owners.set(output.requestId, output.clientIndex);
  }
  for (const requestId of step.finishedRequests ?? []) {
    const owner = owners.get(requestId) ?? receivers.ownerOf(requestId);
    if (owner !== undefined && owner < clientCount) append(finished, owner, requestId);
  }
  const statsReceiver = outputs.keys().next().value ?? 0;
  const clients = new Set([...outputs.keys(), ...finished.keys(), ...(step.schedulerStats ? [statsReceiver] : [])]);
  return new Map(
    [...clients].map((client) => [
      client,
      {
        engineIndex,
        outputs: outputs.get(client) ?? [],
        schedulerStats: client === statsReceiver ? step.schedulerStats : undefined,
        timestamp: step.timestamp,
        finishedRequests: finished.get(client),
        weightVersion: step.weightVersion,
      },
    ]),
  );
}

function append<T>(lists: Map<number, T[]>, key: number, element: T): void {
  const list = lists.get(key);
  if (list) list.push(element);
  else lists.set(key, [element]);
}
