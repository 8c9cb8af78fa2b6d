import { isReleaseFrom, MalformedMessageError } from '@app/engine-protocol';
import type {
  CoordinatorReport,
  EngineLoad,
  EngineName,
  EngineOutputs,
  FrontEndNotice,
  SchedulerStats,
  WaveStart,
} from '@app/engine-protocol';

/** Least time between two reports of counts. */
const CHANGED_INTERVAL_MS = 100;
/** Reports also go out when nothing has changed: whoever came late learns the state by them. */
const QUIET_INTERVAL_MS = 5_000;
/** After a message of an engine that steps in lock-step: the reports of its peers about the same step are on their way. */
const STEP_SETTLES_MS = 50;

export interface CoordinatorStateOptions {
  readonly engineCount: number;
  /** Engines step in lock-step, so the idle ones must be woken (waves). Dense replicas only have their counts passed on. */
  readonly mixtureOfExperts: boolean;
  /** vLLM release of the deployment, as layouts name it. Unknown: what engines and front ends of every release can live with, counts as from 0.27. */
  readonly release?: string | undefined;
  /** Monotonic milliseconds, as in every call. */
  readonly now: number;
}

/** What the coordinator has to send. */
export type CoordinatorAction =
  /** To engines: all of them are connected. */
  | { readonly type: 'ready' }
  /** To engines: START_DP_WAVE. */
  | ({ readonly type: 'start-wave' } & WaveStart)
  /** To front ends. */
  | { readonly type: 'publish'; readonly report: CoordinatorReport };

/**
 * Knows the wave of a data-parallel deployment, whether its engines run, and how busy each one is (engine protocol §9.2). Pure: messages and
 * the time come in, what is to be sent goes out. Messages that make no sense throw MalformedMessageError and change nothing.
 */
export class CoordinatorState {
  private readonly mixtureOfExperts: boolean;
  private readonly rules: ReleaseRules;
  private counts: EngineLoad[];
  private wave = 0;
  private running = false;

  private missingSubscriptions: number;
  private changed = false;
  private publishedAt: number;
  private heardAt: number;
  private step: EngineStep = { wave: -1, counter: -1 };
  /** Counts at the end of the step before the latest one, until they are published. */
  private settledCounts: readonly EngineLoad[] | undefined;

  constructor({ engineCount, mixtureOfExperts, release, now }: CoordinatorStateOptions) {
    this.mixtureOfExperts = mixtureOfExperts;
    this.rules = rulesOf(release);
    this.counts = Array.from({ length: engineCount }, () => this.load(0, 0, 0));
    this.missingSubscriptions = engineCount;
    this.publishedAt = now;
    this.heardAt = now;
  }

  /** When `publishDue` has something to say, unless messages come in between. */
  get publishAt(): number {
    const due = this.publishedAt + (this.changed ? CHANGED_INTERVAL_MS : QUIET_INTERVAL_MS);
    const stepIsComplete = !this.mixtureOfExperts || this.settledCounts !== undefined;
    return stepIsComplete ? due : Math.max(due, this.heardAt + STEP_SETTLES_MS);
  }

  /** Engines wait until all of them are there; one that comes later is let in at once. */
  engineSubscribed(): readonly CoordinatorAction[] {
    this.missingSubscriptions--;
    return this.missingSubscriptions > 0 ? [] : [{ type: 'ready' }];
  }

  /** A front end that comes late hears the wave at once. */
  frontEndSubscribed(): readonly CoordinatorAction[] {
    return [this.publish(this.counts)];
  }

  noticed(notice: FrontEndNotice): readonly CoordinatorAction[] {
    if (notice.type === 'scale') {
      const kept = this.counts.slice(0, notice.engineCount);
      this.counts = Array.from({ length: notice.engineCount }, (_, engine) => kept[engine] ?? this.load(0, 0, 0));
      this.settledCounts = undefined;
      this.changed = true;
      return [];
    }
    if (!this.mixtureOfExperts) {
      return [];
    }
    if (!this.rules.actsOnNotices) {
      throw new MalformedMessageError('front ends send no notice of first requests from 0.33 on');
    }
    return this.running ? [] : this.wake(notice);
  }

  engineReported(message: EngineOutputs, now: number): readonly CoordinatorAction[] {
    const { engineIndex, schedulerStats, waveComplete, startWave } = message;
    mustBeKnown(message, this.counts.length);
    this.heardAt = now;
    if (schedulerStats !== undefined) {
      this.countsReported(engineIndex, schedulerStats);
    }
    if (!this.mixtureOfExperts) {
      return [];
    }
    if (waveComplete !== undefined) {
      return this.waveCompleted(waveComplete);
    }
    return startWave === undefined ? [] : this.waveStarted(startWave, engineIndex);
  }

  /** The counts, when it is time for them. */
  publishDue(now: number): readonly CoordinatorAction[] {
    if (now < this.publishAt) {
      return [];
    }
    this.publishedAt = now;
    const settled = this.settledCounts;
    if (settled !== undefined) {
      this.settledCounts = undefined;
      return [this.publish(settled)];
    }
    this.changed = false;
    return [this.publish(this.counts)];
  }

  /** A request went to one engine while all were idle. If the front end spoke of a wave that is over, even that engine may be asleep. */
  private wake({ engine, wave }: { readonly engine: EngineName; readonly wave: number }): readonly CoordinatorAction[] {
    const start: CoordinatorAction = {
      type: 'start-wave',
      wave: this.wave,
      exclude: wave < this.wave ? undefined : engine,
    };
    if (!this.rules.noticeMeansRunning) {
      return [start];
    }
    this.running = true;
    return [start, this.publish()];
  }

  private waveCompleted(wave: number): readonly CoordinatorAction[] {
    if (wave < this.wave) {
      return [];
    }
    this.wave = wave + 1;
    this.running = false;
    return [this.publish()];
  }

  private waveStarted(wave: number, engine: number): readonly CoordinatorAction[] {
    if (wave < this.wave || (wave === this.wave && this.running)) {
      return [];
    }
    this.wave = wave;
    this.running = true;
    return [{ type: 'start-wave', wave, exclude: engine }, this.publish()];
  }

  private countsReported(engine: number, stats: SchedulerStats): void {
    const step = { wave: stats.currentWave, counter: stats.stepCounter };
    if (this.mixtureOfExperts && isLater(step, this.step)) {
      this.settledCounts = this.changed ? [...this.counts] : this.settledCounts;
      this.step = step;
    }
    this.counts[engine] = this.load(stats.numWaitingReqs, stats.numRunningReqs, stats.kvCacheUsage);
    this.changed = true;
  }

  private load(waiting: number, running: number, kvCacheUsage: number): EngineLoad {
    return this.rules.tellsKvCacheUsage ? { waiting, running, kvCacheUsage } : { waiting, running };
  }

  private publish(counts?: readonly EngineLoad[]): CoordinatorAction {
    return { type: 'publish', report: { counts: counts && [...counts], wave: this.wave, running: this.running } };
  }
}

/** Steps are numbered within their wave. */
interface EngineStep {
  readonly wave: number;
  readonly counter: number;
}

function isLater(step: EngineStep, than: EngineStep): boolean {
  return step.wave > than.wave || (step.wave === than.wave && step.counter > than.counter);
}

interface ReleaseRules {
  readonly actsOnNotices: boolean;
  /** From 0.29 on engines say themselves that they run: a paused engine ignores START_DP_WAVE. */
  readonly noticeMeansRunning: boolean;
  /** Front ends unpack pairs before 0.27, triples after. */
  readonly tellsKvCacheUsage: boolean;
}

/** Without a release: acting on a notice nobody needs, or on one too many, is harmless; taking paused engines for running ones is not. */
function rulesOf(release: string | undefined): ReleaseRules {
  if (release === undefined) {
    return { actsOnNotices: true, noticeMeansRunning: false, tellsKvCacheUsage: true };
  }
  return {
    actsOnNotices: !isReleaseFrom('0.33', release),
    noticeMeansRunning: !isReleaseFrom('0.29', release),
    tellsKvCacheUsage: isReleaseFrom('0.27', release),
  };
}

function mustBeKnown({ engineIndex, waveComplete = 0, startWave = 0 }: EngineOutputs, engineCount: number): void {
  if (engineIndex < 0 || engineIndex >= engineCount) {
    throw new MalformedMessageError(`there is no engine ${engineIndex}`);
  }
  for (const wave of [waveComplete, startWave]) {
    if (wave < 0 || wave >= Number.MAX_SAFE_INTEGER) {
      throw new MalformedMessageError(`${wave} is no wave`);
    }
  }
}
