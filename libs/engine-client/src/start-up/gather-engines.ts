import { UnavailableError } from '@app/errors';
import { EngineGroup } from '../group/engine-group.js';
import type { EngineGroupOptions } from '../group/engine-group.js';
import type { RegisteredEngine, Registrations } from './registrations.js';

export interface GatheredEngines {
  readonly group: EngineGroup;
  /** In the order of ranks. */
  readonly engines: readonly RegisteredEngine[];
}

/** Starts a group of engines and waits until each of them can be sent to. When it fails, in either place, no process is left. */
export async function gatherEngines(
  registrations: Registrations,
  options: Omit<EngineGroupOptions, 'signal'>,
): Promise<GatheredEngines> {
  const failure = new AbortController();
  registrations.finished.catch((error: unknown) => failure.abort(error));
  const group = await EngineGroup.start({ ...options, signal: failure.signal });
  void group.ended.then((reason) => registrations.fail(new UnavailableError(reason)));
  try {
    const engines = await registrations.wait();
    return { group, engines: engines.map((engine, index) => withBlocks(engine, group.numGpuBlocks[index])) };
  } catch (error) {
    await group.stop();
    throw error;
  }
}

/** Releases 0.17 to 0.19 tell their blocks in READY. */
function withBlocks(engine: RegisteredEngine, numGpuBlocks: number | undefined): RegisteredEngine {
  return numGpuBlocks === undefined ? engine : { ...engine, registration: { numGpuBlocks, ...engine.registration } };
}
