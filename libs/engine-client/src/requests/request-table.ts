import type { OutputSink } from '@app/engine-protocol';

export interface RequestEntry {
  readonly requestId: string;
  readonly sink: OutputSink;
  /** Index of the engine that has the request. */
  readonly engine: number;
  readonly promptTokens: number;
  /** Number of its ADD in the outbox. */
  sendNumber: number;
  /** An output has arrived: the engine has the request; or it has left the table. */
  heard: boolean;
}

/** The requests in flight, by id, and their number per engine. */
export class RequestTable {
  private readonly entries = new Map<string, RequestEntry>();
  private readonly counts: number[] = [];
  private unheardTokens = 0;
  private emptyWaiters: (() => void)[] = [];

  constructor(engineCount: number) {
    this.resize(engineCount);
  }

  get size(): number {
    return this.entries.size;
  }

  /** Requests in flight per engine. */
  get inFlight(): readonly number[] {
    return this.counts;
  }

  /** Prompt tokens of the requests that have brought no output yet. */
  get prefillTokens(): number {
    return this.unheardTokens;
  }

  /** The id must not be in the table. */
  add(entry: RequestEntry): void {
    this.entries.set(entry.requestId, entry);
    this.counts[entry.engine]++;
    this.unheardTokens += entry.promptTokens;
  }

  get(requestId: string): RequestEntry | undefined {
    return this.entries.get(requestId);
  }

  /** An output of a request that is in the table. */
  heard(entry: RequestEntry): void {
    if (entry.heard) return;
    entry.heard = true;
    this.unheardTokens -= entry.promptTokens;
  }

  /** Removes and returns the entry. */
  take(requestId: string): RequestEntry | undefined {
    const entry = this.entries.get(requestId);
    if (entry === undefined) {
      return undefined;
    }
    this.entries.delete(requestId);
    this.counts[entry.engine]--;
    this.heard(entry);
    if (this.entries.size === 0) {
      const waiters = this.emptyWaiters;
      this.emptyWaiters = [];
      waiters.forEach((resolve) => resolve());
    }
    return entry;
  }

  /** Removes and returns the entries that `wanted` accepts; all of them without it. */
  takeWhere(wanted: (entry: RequestEntry) => boolean = () => true): readonly RequestEntry[] {
    const taken = [...this.entries.values()].filter(wanted);
    taken.forEach(({ requestId }) => this.take(requestId));
    return taken;
  }

  /** From now on there are so many engines; none beyond may have requests. */
  resize(engineCount: number): void {
    this.counts.splice(engineCount);
    while (this.counts.length < engineCount) this.counts.push(0);
  }

  /** Resolves when no request is in flight. */
  async empty(): Promise<void> {
    if (this.entries.size > 0) {
      await new Promise<void>((resolve) => this.emptyWaiters.push(resolve));
    }
  }
}
