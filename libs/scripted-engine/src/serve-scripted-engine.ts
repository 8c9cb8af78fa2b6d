import { RequestType } from '@app/engine-protocol';
import { serveEngineCore } from '@app/engine-server';
import type { EngineServer, ServeOptions } from '@app/engine-server';
import type { Fault } from './faults/fault.js';
import { FaultInjector } from './faults/fault-injector.js';
import { ScriptedEngineCore } from './scripted-engine-core.js';
import type { ScriptedCoreOptions } from './scripted-engine-core.js';

export interface ScriptedEngineOptions extends ScriptedCoreOptions {
  readonly wire: ServeOptions;
  readonly faults?: readonly Fault[] | undefined;
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
  const { wire, tell, exit = killProcess } = options;
  const core = new ScriptedEngineCore(options);
  const faults = new FaultInjector(options.faults ?? [], { core, exit });
  const server = await serveEngineCore(core, {
    ...wire,
    distort: faults.distort,
    onMessage: ([type, ...frames]) => {
      if (type?.[0] === RequestType.add) tell({ type: 'add', frames });
    },
    onInit: (init) => {
      tell({ type: 'init', init });
      return faults.startUp();
    },
  });
  faults.attach(server);
  tell({ type: 'ready' });
  return { core, faults, server };
}

function killProcess(): void {
  process.kill(process.pid, 'SIGKILL');
}
