import { engineIdentity, isReleaseFrom } from '@app/engine-protocol';
import type { EngineOutputs, FrontEndNotice, WaveStart } from '@app/engine-protocol';
import { CoordinatorState } from '../coordinator/coordinator-state.js';
import type { CoordinatorAction } from '../coordinator/coordinator-state.js';

/** Steps between two questions of the engines among themselves whether anyone has work left. */
const SYNC_INTERVAL = 4;

export interface LockStepOptions {
  readonly engineCount: number;
  readonly frontEndCount: number;
  /** What engines and front ends are. */
  readonly release: string;
  /** Whether the coordinator was told. */
  readonly releaseKnown: boolean;
  /** Chooses one of `count` things that can happen next. */
  readonly choose: (count: number) => number;
}

/** One request: `steps` steps of work for `engine`, sent by `frontEnd`. */
export interface Arrival {
  readonly frontEnd: number;
  readonly engine: number;
  readonly steps: number;
}

interface EngineModel {
  readonly rank: number;
  wave: number;
  running: boolean;
  ranBefore: boolean;
  counter: number;
  /** Steps left per request. */
  work: number[];
  /** Waits in the collective operations of a step for its peers. */
  inStep: boolean;
  readonly waveStarts: WaveStart[];
  readonly reports: Partial<EngineOutputs>[];
}

interface FrontEndModel {
  wave: number;
  running: boolean;
  readonly toEngines: { readonly steps: number; readonly wave: number }[][];
  readonly notices: FrontEndNotice[];
  readonly published: { readonly wave: number; readonly running: boolean }[];
}

/**
 * Mixture-of-experts engines and front ends as engine protocol §9.3 and §9.4 describe them, around a real `CoordinatorState`. Every message
 * travels in a queue of its own, so that anything that ZeroMQ allows to happen in any order does.
 */
export class LockStepDeployment {
  /** Every wave the coordinator spoke of, in order. */
  readonly waves: number[] = [];
  readonly engines: readonly EngineModel[];
  finished = 0;

  private readonly frontEnds: readonly FrontEndModel[];
  private readonly coordinator: CoordinatorState;
  private clock = 0;

  constructor(private readonly options: LockStepOptions) {
    const { engineCount, frontEndCount, release, releaseKnown } = options;
    this.engines = Array.from({ length: engineCount }, (_, rank) => ({
      rank,
      wave: 0,
      running: false,
      ranBefore: false,
      counter: 0,
      work: [],
      inStep: false,
      waveStarts: [],
      reports: [],
    }));
    this.frontEnds = Array.from({ length: frontEndCount }, () => ({
      wave: 0,
      running: false,
      toEngines: Array.from({ length: engineCount }, () => []),
      notices: [],
      published: [],
    }));
    this.coordinator = new CoordinatorState({
      engineCount,
      mixtureOfExperts: true,
      release: releaseKnown ? release : undefined,
      now: 0,
    });
  }

  /** Lets everything happen, one thing at a time, until nothing can. */
  run(arrivals: readonly Arrival[]): void {
    const left = [...arrivals];
    for (;;) {
      const possible = this.possible();
      const next = left[0];
      if (next !== undefined) {
        possible.push(() => this.send(left.shift() ?? next));
      }
      if (possible.length === 0) {
        return;
      }
      possible[this.options.choose(possible.length)]();
    }
  }

  get idle(): boolean {
    return this.engines.every(({ running, work, inStep }) => !running && !inStep && work.length === 0);
  }

  private possible(): (() => void)[] {
    const events: (() => void)[] = [];
    for (const engine of this.engines) {
      if (engine.reports.length > 0) {
        events.push(() => this.engineReport(engine));
      }
      if (engine.inStep) {
        continue;
      }
      if (engine.waveStarts.length > 0) {
        events.push(() => startWave(engine));
      }
      for (const { toEngines } of this.frontEnds) {
        if (toEngines[engine.rank].length > 0) {
          events.push(() => this.addRequest(engine, toEngines[engine.rank]));
        }
      }
      if (engine.running || engine.work.length > 0) {
        events.push(() => (engine.inStep = true));
      }
    }
    for (const frontEnd of this.frontEnds) {
      if (frontEnd.notices.length > 0) {
        events.push(() => this.perform(this.coordinator.noticed(taken(frontEnd.notices))));
      }
      if (frontEnd.published.length > 0) {
        events.push(() => Object.assign(frontEnd, taken(frontEnd.published)));
      }
    }
    if (this.engines.every(({ inStep }) => inStep)) {
      events.push(() => this.step());
    }
    return events;
  }

  private send({ frontEnd: index, engine, steps }: Arrival): void {
    const frontEnd = this.frontEnds[index];
    frontEnd.toEngines[engine].push({ steps, wave: frontEnd.wave });
    if (!frontEnd.running && !isReleaseFrom('0.33', this.options.release)) {
      // Python names an engine by its identity, others by its rank.
      const name = index % 2 === 0 ? engine : engineIdentity(engine);
      frontEnd.notices.push({ type: 'first-request', engine: name, wave: frontEnd.wave });
      frontEnd.running = true;
    }
  }

  private addRequest(engine: EngineModel, requests: FrontEndModel['toEngines'][number]): void {
    const { steps, wave } = taken(requests);
    engine.work.push(steps);
    const stale = wave < engine.wave;
    engine.wave = Math.max(engine.wave, wave);
    if (!engine.running && (stale || isReleaseFrom('0.33', this.options.release))) {
      engine.running = true;
      engine.reports.push({ startWave: engine.wave });
    }
    reportCounts(engine);
  }

  private engineReport(engine: EngineModel): void {
    const message = { outputs: [], timestamp: 1, engineIndex: engine.rank, ...taken(engine.reports) };
    this.perform(this.coordinator.engineReported(message, this.clock));
    this.clock += 30;
    this.perform(this.coordinator.publishDue(this.clock));
  }

  /** A step of all engines together; those without requests do a dummy batch. */
  private step(): void {
    this.engines.forEach((engine) => this.work(engine));
    const unfinished = this.engines.some(({ work }) => work.length > 0);
    for (const engine of this.engines) {
      engine.counter++;
      engine.inStep = false;
      engine.running = engine.counter % SYNC_INTERVAL !== 0 || unfinished;
      if (!engine.running) {
        if (engine.rank === 0) {
          engine.reports.push({ waveComplete: engine.wave });
        }
        engine.wave++;
        engine.counter = 0;
      } else if (!engine.ranBefore && engine.rank === 0 && isReleaseFrom('0.29', this.options.release)) {
        engine.reports.push({ startWave: engine.wave });
      }
      engine.ranBefore = engine.running;
    }
  }

  private work(engine: EngineModel): void {
    const before = engine.work.length;
    engine.work = engine.work.map((steps) => steps - 1).filter((steps) => steps > 0);
    this.finished += before - engine.work.length;
    if (before !== engine.work.length) {
      reportCounts(engine);
    }
  }

  private perform(actions: readonly CoordinatorAction[]): void {
    for (const action of actions) {
      if (action.type === 'start-wave') {
        this.waves.push(action.wave);
        this.engines.forEach(({ waveStarts }) => waveStarts.push(action));
      } else if (action.type === 'publish') {
        const { wave, running } = action.report;
        this.waves.push(wave);
        this.frontEnds.forEach(({ published }) => published.push({ wave, running }));
      }
    }
  }
}

function startWave(engine: EngineModel): void {
  const { wave, exclude } = taken(engine.waveStarts);
  if (exclude !== engine.rank && wave >= engine.wave) {
    engine.wave = wave;
    engine.running = true;
  }
}

function reportCounts(engine: EngineModel): void {
  engine.reports.push({
    schedulerStats: {
      numRunningReqs: engine.work.length,
      numWaitingReqs: 0,
      numSkippedWaitingReqs: 0,
      stepCounter: engine.counter,
      currentWave: engine.wave,
      kvCacheUsage: 0,
      prefixCacheStats: { reset: false, requests: 0, queries: 0, hits: 0 },
    },
  });
}

function taken<T>(queue: T[]): T {
  const [first] = queue.splice(0, 1);
  return first;
}
