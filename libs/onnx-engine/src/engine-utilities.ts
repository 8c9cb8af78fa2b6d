import { UnsupportedCallError } from '@app/engine-protocol';

/** What a pause does with requests that run: end them, let them finish, or freeze them. */
export type PauseMode = 'abort' | 'wait' | 'keep';

/** The engine's side of the utility calls. */
export interface EngineControls {
  readonly isPaused: boolean;
  /** Resolves when nothing runs any more. `refuseNew`: requests that come while paused are refused instead of queued. */
  pause(options: {
    readonly mode: PauseMode;
    readonly clearCache: boolean;
    readonly refuseNew: boolean;
  }): Promise<void>;
  resume(): void;
  clearPrefixCache(): void;
  weightVersion: string;
}

/**
 * Runs one utility call (engine protocol §7). Throws or rejects with the reason for a method or arguments the engine does not take; whoever
 * answers the caller says which call failed.
 */
export function callUtility(engine: EngineControls, method: string, args: readonly unknown[]): unknown {
  const utility = Object.hasOwn(utilities, method) ? utilities[method] : undefined;
  if (utility === undefined) {
    throw new UnsupportedCallError(LACKING.get(method) ?? 'the onnx engine has no such call');
  }
  if (args.length > utility.maxArgs) {
    throw new Error(`${method} takes at most ${utility.maxArgs} arguments, ${args.length} were given`);
  }
  return utility.call(engine, args);
}

/** Why, for calls that the routes of a front end lead to. */
const LACKING: ReadonlyMap<string, string> = new Map([
  ['add_lora', 'the onnx engine has no LoRA adapters'],
  ['collective_rpc', 'the onnx engine has no workers, and its weights cannot be changed'],
  ['compute_weight_checksums', 'the onnx engine has no workers that could sum up their weights'],
  ['profile', 'the onnx engine has no profiler'],
  ['release_kv_cache_memory', 'the onnx engine keeps the memory of its cache'],
]);

interface Utility {
  readonly maxArgs: number;
  call(engine: EngineControls, args: readonly unknown[]): unknown;
}

const utilities: Readonly<Record<string, Utility>> = {
  get_supported_tasks: { maxArgs: 0, call: () => ['generate'] },
  is_sleeping: { maxArgs: 0, call: (engine) => engine.isPaused },
  is_scheduler_paused: { maxArgs: 0, call: (engine) => engine.isPaused },
  pause_scheduler: { maxArgs: 2, call: (engine, args) => pause(engine, args, false) },
  pause_generation: { maxArgs: 2, call: (engine, args) => pause(engine, args, true) },
  resume_scheduler: {
    maxArgs: 0,
    call: (engine) => {
      engine.resume();
    },
  },
  sleep: {
    maxArgs: 2,
    call: (engine, [level = 1, mode]) => {
      if (level !== 0) {
        throw new UnsupportedCallError('the onnx engine keeps its weights in memory and sleeps at level 0 only');
      }
      return pause(engine, [mode], false);
    },
  },
  wake_up: {
    maxArgs: 1,
    call: (engine, [tags]) => {
      if (!Array.isArray(tags) || tags.includes('scheduling')) {
        engine.resume();
      }
      // All memory is resident: it never left.
      return true;
    },
  },
  reset_prefix_cache: {
    maxArgs: 2,
    call: (engine) => {
      engine.clearPrefixCache();
      return true;
    },
  },
  // The engine takes neither images nor encoder inputs: these caches are always empty.
  reset_mm_cache: { maxArgs: 0, call: () => undefined },
  reset_encoder_cache: { maxArgs: 0, call: () => undefined },
  list_loras: { maxArgs: 0, call: () => [] },
  get_weight_version: { maxArgs: 0, call: (engine) => engine.weightVersion },
  set_weight_version: {
    maxArgs: 1,
    call: (engine, [version]) => {
      if (typeof version !== 'string') {
        throw new Error('the weight version must be a string');
      }
      engine.weightVersion = version;
    },
  },
};

function pause(engine: EngineControls, [mode, clearCache]: readonly unknown[], refusesNew: boolean): Promise<void> {
  const kind = mode ?? 'abort';
  if (kind !== 'abort' && kind !== 'wait' && kind !== 'keep') {
    throw new Error("the pause mode must be 'abort', 'wait' or 'keep'");
  }
  return engine.pause({ mode: kind, clearCache: clearCache !== false, refuseNew: refusesNew && kind !== 'keep' });
}
