import type { LivenessLimits } from './liveness-limits.js';

/** Moments after a lost connection at which the engine is asked again: the first question may still go into the dying connection. */
const PROBE_DELAYS_MS = [0, 50, 300, 1_000] as const;

/** However often connections end: a stranger who comes and goes must not make us flood the engines. */
const PROBE_DISTANCE_MS = 50;

/** A tick that comes this late means that this process stood still (stopped, swapped out), not that the engine was silent. */
const STANDSTILL_MS = 2_000;

export interface LivenessActions {
  /** Ask the engine something cheap; any message from it counts as the answer. */
  ping(engine: number): void;
  /** Send again what is held for an unreachable engine. */
  retry(engine: number): void;
  dead(engine: number, reason: string): void;
}

interface EngineState {
  heardAt: number;
  /** When the oldest question without any later message was asked. */
  askedAt: number | undefined;
  unreachableSince: number | undefined;
  pingedAt: number;
  probesAt: number[];
  /** Cannot answer, and says so. */
  excused: boolean;
}

/**
 * Decides from what was heard when an engine must be asked for a sign of life and when it is dead. Pure bookkeeping: the clock comes in
 * with every call (milliseconds, monotonic), and whoever owns the timer calls `tick`.
 */
export class EngineLiveness {
  private readonly states: EngineState[] = [];
  private tickedAt: number;

  constructor(
    engineCount: number,
    private readonly limits: LivenessLimits,
    private readonly actions: LivenessActions,
    now: number,
  ) {
    this.tickedAt = now;
    this.resize(engineCount, now);
  }

  /** From now on so many engines are watched; those at the end come and go. */
  resize(engineCount: number, now: number): void {
    this.states.splice(engineCount);
    while (this.states.length < engineCount) {
      this.states.push({
        heardAt: now,
        askedAt: undefined,
        unreachableSince: undefined,
        pingedAt: now - PROBE_DISTANCE_MS,
        probesAt: [],
        excused: false,
      });
    }
  }

  /** A message of this engine arrived. Called once per message: cheap. */
  heard(engine: number, now: number): void {
    const state = this.states[engine];
    if (state !== undefined) {
      state.heardAt = now;
      state.askedAt = undefined;
    }
  }

  /** Some connection was lost; ZeroMQ does not say whose, so every engine is asked. */
  connectionLost(now: number): void {
    for (const state of this.states) {
      const start = Math.max(now, state.pingedAt + PROBE_DISTANCE_MS);
      state.probesAt = PROBE_DELAYS_MS.map((delay) => start + delay);
    }
    this.tick(now, []);
  }

  unreachable(engine: number, now: number): void {
    const state = this.states[engine];
    if (state !== undefined) state.unreachableSince ??= now;
  }

  reachable(engine: number): void {
    const state = this.states[engine];
    if (state !== undefined) state.unreachableSince = undefined;
  }

  /** Its silence means nothing, until `expect`. */
  excuse(engine: number): void {
    const state = this.states[engine];
    if (state !== undefined) state.excused = true;
  }

  expect(engine: number, now: number): void {
    const state = this.states[engine];
    if (state === undefined) return;
    state.excused = false;
    this.heard(engine, now);
  }

  /** `inFlight`: requests per engine; only an engine with requests is asked at the shorter interval. */
  tick(now: number, inFlight: readonly number[]): void {
    this.forgiveStandstill(now);
    this.states.forEach((state, engine) => this.check(state, engine, { now, busy: (inFlight[engine] ?? 0) > 0 }));
  }

  private check(state: EngineState, engine: number, { now, busy }: { now: number; busy: boolean }): void {
    const { unreachableDeadlineMs, pingDeadlineMs, pingIntervalMs, idlePingIntervalMs } = this.limits;
    if (state.unreachableSince !== undefined) {
      if (now - state.unreachableSince >= unreachableDeadlineMs) {
        this.actions.dead(engine, 'its connection was lost');
        return;
      }
      this.actions.retry(engine);
      return;
    }
    if (state.excused) return;
    if (state.askedAt !== undefined && now - state.askedAt >= pingDeadlineMs) {
      this.actions.dead(engine, `it has not answered for ${Math.round((now - state.heardAt) / 1000)} s`);
      return;
    }
    const due = state.probesAt.length > 0 && state.probesAt[0] <= now;
    const silent = state.askedAt === undefined && now - state.heardAt >= (busy ? pingIntervalMs : idlePingIntervalMs);
    if (due || silent) {
      state.probesAt = state.probesAt.filter((at) => at > now);
      state.askedAt ??= now;
      state.pingedAt = now;
      this.actions.ping(engine);
    }
  }

  private forgiveStandstill(now: number): void {
    const gap = now - this.tickedAt;
    this.tickedAt = now;
    if (gap < STANDSTILL_MS) {
      return;
    }
    for (const state of this.states) {
      state.heardAt += gap;
      state.askedAt = state.askedAt === undefined ? undefined : state.askedAt + gap;
      state.unreachableSince = state.unreachableSince === undefined ? undefined : state.unreachableSince + gap;
    }
  }
}
