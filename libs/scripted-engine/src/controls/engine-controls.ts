import { fromLoraElements } from '@app/engine-protocol';
import type { LoraRequest, WireLayout } from '@app/engine-protocol';
import type { UtilityAnswer } from '../utilities.js';
import { SchedulerPause } from './scheduler-pause.js';
import type { PausableScheduler } from './scheduler-pause.js';

export interface ControlledEngine extends PausableScheduler {
  readonly supportsLora: boolean;
  readonly layout: WireLayout;
  clearPrefixCache(): void;
}

type Call = (args: readonly unknown[]) => UtilityAnswer;

const VOID: UtilityAnswer = { result: null };
/** Parts of the engine that sleep at levels 1 and 2. */
const MEMORY = ['weights', 'kv_cache'];

/** What front ends may set in an engine by utility calls, and ask for (engine protocol §7): pause, sleep, adapters, weight version. */
export class EngineControls {
  readonly pause: SchedulerPause;
  private asleep: readonly string[] = [];
  private readonly adapters = new Map<number, LoraRequest>();
  private version = 'default';

  constructor(private readonly engine: ControlledEngine) {
    this.pause = new SchedulerPause(engine);
  }

  /** Label of the weights. */
  get weightVersion(): string {
    return this.version;
  }

  /** As the engine started. */
  reset(): void {
    this.pause.end();
    this.asleep = [];
    this.adapters.clear();
    this.version = 'default';
  }

  /** A method that is none of these is taken, and gives null. */
  answer(method: string, args: readonly unknown[]): UtilityAnswer {
    return this.calls.get(method)?.(args) ?? VOID;
  }

  private readonly calls: ReadonlyMap<string, Call> = new Map<string, Call>([
    ['get_supported_tasks', () => ({ result: ['generate'] })],
    ['is_scheduler_paused', () => ({ result: this.pause.isPaused })],
    ['is_sleeping', () => ({ result: this.pause.isPaused || this.asleep.length > 0 })],
    ['pause_scheduler', ([mode, clearCache]) => this.pauseWith(mode, { clearCache, refuseNew: false })],
    ['pause_generation', ([mode, clearCache]) => this.pauseWith(mode, { clearCache, refuseNew: true })],
    ['resume_scheduler', () => this.resume()],
    ['sleep', ([level = 1, mode]) => this.sleep(level, mode)],
    ['wake_up', ([tags]) => this.wakeUp(tags)],
    ['release_kv_cache_memory', () => this.releaseCache()],
    ['reset_prefix_cache', ([resetRunning]) => this.resetPrefixCache(resetRunning)],
    ['add_lora', ([elements]) => this.addLora(elements)],
    ['remove_lora', ([id]) => ({ result: this.adapters.delete(Number(id)) })],
    ['list_loras', () => ({ result: [...this.adapters.keys()] })],
    ['pin_lora', ([id]) => ({ result: this.adapters.has(Number(id)) })],
    ['get_weight_version', () => ({ result: this.version })],
    ['set_weight_version', ([version]) => this.setVersion(version)],
    ['compute_weight_checksums', () => ({ result: [{ 'model.weight': `sum of ${this.version}` }] })],
  ]);

  private pauseWith(
    mode: unknown = 'abort',
    { clearCache, refuseNew }: { readonly clearCache: unknown; readonly refuseNew: boolean },
  ): UtilityAnswer {
    if (mode !== 'abort' && mode !== 'wait' && mode !== 'keep')
      return { failure: `invalid pause mode ${String(mode)}` };
    const paused = this.pause.begin(mode, { refuseNew });
    if (clearCache === false || mode === 'keep') return { result: paused.then(() => null) };
    return { result: paused.then(() => (this.engine.clearPrefixCache(), null)) };
  }

  private resume(): UtilityAnswer {
    this.pause.end();
    return VOID;
  }

  private sleep(level: unknown, mode: unknown): UtilityAnswer {
    if (level !== 0) this.asleep = MEMORY;
    return this.pauseWith(mode, { clearCache: level !== 0, refuseNew: false });
  }

  /** True when all memory is back. */
  private wakeUp(tags: unknown): UtilityAnswer {
    const woken = Array.isArray(tags) ? (tags as readonly unknown[]) : [...MEMORY, 'scheduling'];
    this.asleep = this.asleep.filter((part) => !woken.includes(part));
    const awake = this.asleep.length === 0;
    if (awake) this.pause.end();
    return { result: awake };
  }

  private releaseCache(): UtilityAnswer {
    if (!this.pause.isPaused) return { failure: 'the scheduler is not paused' };
    this.asleep = [...new Set([...this.asleep, 'kv_cache'])];
    return VOID;
  }

  private resetPrefixCache(resetRunning: unknown): UtilityAnswer {
    if (this.engine.runs() && resetRunning !== true) return { result: false };
    this.engine.clearPrefixCache();
    return { result: true };
  }

  private addLora(elements: unknown): UtilityAnswer {
    if (!this.engine.supportsLora) return { failure: 'LoRA is not enabled' };
    const lora = fromLoraElements(elements, this.engine.layout);
    this.adapters.set(lora.id, lora);
    return { result: true };
  }

  private setVersion(version: unknown): UtilityAnswer {
    if (typeof version !== 'string') return { failure: 'the weight version must be a string' };
    this.version = version;
    return VOID;
  }
}
