/** What can be ended from outside, with what it has. */
export interface Cancellable {
  cancel(): void;
}

/** Requests under way, by the ids they were made with; several may share one. */
export class RunningRequests {
  private readonly byId = new Map<string, Set<Cancellable>>();

  add(requestId: string, run: Cancellable): void {
    const runs = this.byId.get(requestId) ?? new Set();
    this.byId.set(requestId, runs.add(run));
  }

  remove(requestId: string, run: Cancellable): void {
    const runs = this.byId.get(requestId);
    runs?.delete(run);
    if (runs?.size === 0) this.byId.delete(requestId);
  }

  get ids(): readonly string[] {
    return [...this.byId.keys()];
  }

  /** Unknown ids are ignored. */
  cancel(requestIds: readonly string[]): void {
    for (const requestId of requestIds) {
      this.byId.get(requestId)?.forEach((run) => run.cancel());
    }
  }
}
