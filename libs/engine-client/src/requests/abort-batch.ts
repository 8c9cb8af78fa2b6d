/** Collects the ids to abort and sends them once per engine and turn of the event loop. */
export class AbortBatch {
  private byEngine = new Map<number, Set<string>>();
  private scheduled: NodeJS.Immediate | undefined;

  constructor(private readonly send: (engine: number, requestIds: readonly string[]) => void) {}

  add(engine: number, requestId: string): void {
    const ids = this.byEngine.get(engine);
    if (ids === undefined) {
      this.byEngine.set(engine, new Set([requestId]));
    } else {
      ids.add(requestId);
    }
    this.scheduled ??= setImmediate(() => this.flush());
  }

  /** An abort of this id still waits; sent after an ADD of the same id it would end the new request. */
  has(requestId: string): boolean {
    for (const ids of this.byEngine.values()) {
      if (ids.has(requestId)) {
        return true;
      }
    }
    return false;
  }

  /** Sends what waits, now. */
  flush(): void {
    clearImmediate(this.scheduled);
    this.scheduled = undefined;
    const batches = this.byEngine;
    this.byEngine = new Map();
    for (const [engine, ids] of batches) {
      this.send(engine, [...ids]);
    }
  }
}
