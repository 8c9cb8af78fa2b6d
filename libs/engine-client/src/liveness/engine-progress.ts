/**
 * How long engines have brought nothing of what they were given. An engine that answers questions and yet gets nowhere (paused, asleep, stuck in a
 * collective) lives, so `EngineLiveness` is content with it. The clock comes in with every call: milliseconds, monotonic.
 */
export class EngineProgress {
  /** When each engine last got on, or got its first request. */
  private readonly movedAt: number[] = [];

  /** An engine without requests has got one. */
  begun(engine: number, now: number): void {
    this.movedAt[engine] = now;
  }

  /** Outputs or statistics of a step arrived. Called once per message: cheap. */
  made(engine: number, now: number): void {
    this.movedAt[engine] = now;
  }

  /** Of the engine that is furthest behind, among those that have requests; 0 when none has. `inFlight`: by engine. */
  silentMs(inFlight: readonly number[], now: number): number {
    return inFlight.reduce(
      (worst, requests, engine) => (requests === 0 ? worst : Math.max(worst, now - (this.movedAt[engine] ?? now))),
      0,
    );
  }
}
