import { InvalidRequestError } from '@app/errors';

export interface LoadBalancerOptions {
  readonly engineCount: number;
  /** Place of this process among the front ends that share the engines. */
  readonly clientIndex: number;
  readonly clientCount: number;
}

/** What an engine, or the coordinator, last told of one engine: requests of all front ends. */
export interface ReportedLoad {
  readonly waiting: number;
  readonly running: number;
  /** 0…1; unknown before 0.27. */
  readonly kvCacheUsage?: number | undefined;
}

/** Share of the KV cache beyond which waiting requests count for more: they will wait long. */
const KV_PRESSURE = 0.5;
/** At full cache usage a waiting request counts as four. */
const KV_PRESSURE_WEIGHT = 6;

interface EngineReport {
  heard: boolean;
  waiting: number;
  running: number;
  kvCacheUsage: number;
}

/**
 * Chooses the engine of a request as vLLM does (0.27 and later, engine protocol §9.5). The requests in flight from here, times the front
 * ends, are a floor that no stale report can take away; what engines report counts when it is more. Engines that never report are weighed
 * by the floor alone.
 */
export class LoadBalancer {
  private readonly clientCount: number;
  private readonly reports: EngineReport[] = [];
  /** First engine of the next scan: ties go to another one each time, and each front end begins elsewhere. */
  private start: number;

  constructor({ engineCount, clientIndex, clientCount }: LoadBalancerOptions) {
    this.clientCount = clientCount;
    this.resize(engineCount);
    this.start = Math.floor((engineCount * clientIndex) / clientCount);
  }

  /** Engines that get requests. */
  get engineCount(): number {
    return this.reports.length;
  }

  /**
   * Index of the engine with the least load; `inFlight`: requests of this process per engine. `pinned` is `X-data-parallel-rank`, an index
   * among the engines of this front end; throws `InvalidRequestError` for one that is not there.
   */
  choose(inFlight: readonly number[], pinned?: number): number {
    if (pinned !== undefined) {
      mustBeEngine(pinned, this.reports.length);
      return pinned;
    }
    const chosen = this.leastLoaded(inFlight);
    const report = this.reports[chosen];
    if (report.heard) {
      // Until the next report: the other front ends, which know as much, send about as many.
      report.waiting += this.clientCount;
    }
    this.start = (this.start + 1) % this.reports.length;
    return chosen;
  }

  /** The news of one engine; of one that is not there it is ignored. */
  report(engine: number, { waiting, running, kvCacheUsage = 0 }: ReportedLoad): void {
    if (engine in this.reports) {
      Object.assign(this.reports[engine], { heard: true, waiting, running, kvCacheUsage });
    }
  }

  /** From now on there are so many engines, at least one; those at the end come and go. */
  resize(engineCount: number): void {
    this.reports.splice(engineCount);
    while (this.reports.length < engineCount) {
      this.reports.push({ heard: false, waiting: 0, running: 0, kvCacheUsage: 0 });
    }
    this.start %= engineCount;
  }

  private leastLoaded(inFlight: readonly number[]): number {
    let best = this.start;
    let bestScore = Infinity;
    for (let step = 0; step < this.reports.length; step++) {
      const engine = (this.start + step) % this.reports.length;
      const score = this.score(this.reports[engine], inFlight[engine]);
      if (score < bestScore) {
        best = engine;
        bestScore = score;
      }
    }
    return best;
  }

  private score({ waiting, running, kvCacheUsage }: EngineReport, inFlight: number): number {
    const pressure = KV_PRESSURE_WEIGHT * Math.max(0, kvCacheUsage - KV_PRESSURE);
    return Math.max(this.clientCount * inFlight, waiting + running) + waiting * pressure;
  }
}

function mustBeEngine(rank: number, engineCount: number): void {
  if (!Number.isInteger(rank) || rank < 0 || rank >= engineCount) {
    throw new InvalidRequestError(`data_parallel_rank ${rank} is out of range [0, ${engineCount}).`, {
      param: 'data_parallel_rank',
      value: rank,
    });
  }
}
