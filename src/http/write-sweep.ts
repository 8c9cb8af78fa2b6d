/**
 * Collects the writes of one turn of the event loop: an engine message feeds hundreds of streams, and each socket must get one write
 * for all of it. Flushes run in the check phase, after every message that the turn has brought.
 */
export class WriteSweep {
  private waiting = new Set<() => void>();

  /** Runs `flush` once, at the end of this turn. */
  schedule(flush: () => void): void {
    if (this.waiting.size === 0) {
      setImmediate(() => this.run());
    }
    this.waiting.add(flush);
  }

  private run(): void {
    const flushes = this.waiting;
    this.waiting = new Set();
    for (const flush of flushes) {
      flush();
    }
  }
}
