import { CURRENT_RELEASE, RequestType } from '@app/engine-protocol';
import { serveEngineCore } from '@app/engine-server';
import type { EngineServer, ServeOptions } from '@app/engine-server';
import { ElasticScaling } from './elastic-scaling.js';
import type { Fault } from './faults/fault.js';
import { FaultInjector } from './faults/fault-injector.js';
import type { LockStepGroup } from './lock-step/lock-step-group.js';
import { ScriptedEngineCore } from './scripted-engine-core.js';
import type { ScriptedCoreOptions } from './scripted-engine-core.js';

export interface ScriptedEngineOptions extends Omit<ScriptedCoreOptions, 'answerCall' | 'lockStep' | 'release'> {
  readonly wire: ServeOptions;
  readonly faults?: readonly Fault[] | undefined;
  /** Of an engine that steps together with others; they need a coordinator. */
  readonly lockStep?: LockStepGroup | undefined;
  /** Ends the process without a last word (fault `exit`); default: SIGKILL. */
  readonly exit?: (() => void) | undefined;
}

/** A scripted engine core on the wire, and what can be done to it. */
export interface ScriptedEngine {
  readonly core: ScriptedEngineCore;
  readonly faults: FaultInjector;
  readonly server: EngineServer;
}

/** Rejects as `serveEngineCore`, and when the engine is told to die while it starts. */
export async function serveScriptedEngine(options: ScriptedEngineOptions): Promise<ScriptedEngine> {
  const { wire, tell, lockStep: group, exit = killProcess } = options;
  const { rank, release = CURRENT_RELEASE } = wire;
  const scaling = new ElasticScaling(rank, release);
  const waves = group?.wavesOf(rank);
  const core = new ScriptedEngineCore({
    ...options,
    release,
    answerCall: (method, args) => scaling.answer(method, args),
    lockStep: waves,
  });
  if (waves !== undefined) group?.join(waves, core);
  const faults = new FaultInjector(options.faults ?? [], { core, exit });
  const server = await serveEngineCore(core, {
    ...wire,
    waves,
    distort: faults.distort,
    onMessage: ([type, ...frames]) => {
      if (type?.[0] === RequestType.add) tell({ type: 'add', frames });
    },
    onInit: (init) => {
      tell({ type: 'init', init });
      scaling.started(init);
      return faults.startUp();
    },
  });
  faults.attach(server);
  scaling.attach(server);
  tell({ type: 'ready' });
  return { core, faults, server };
}

function killProcess(): void {
  process.kill(process.pid, 'SIGKILL');
}
