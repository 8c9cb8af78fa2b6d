/** What the outbox tells its owner. */
export interface OutboxEvents {
  /** The first send to an engine failed with EHOSTUNREACH; its messages from number `firstHeld` on are held, in order. */
  unreachable(engine: number, firstHeld: number): void;
  /** A send to an engine that was unreachable went through. */
  reachable(engine: number): void;
  /** The socket refused a message for another reason; nothing can be sent any more. */
  broken(error: unknown): void;
}

interface OutgoingMessage {
  readonly engine: number;
  readonly frames: readonly Buffer[];
  readonly number: number;
}

/**
 * Send queue of the ROUTER socket: zeromq.js allows one send at a time (EBUSY). Order per engine is kept. An engine that cannot be reached
 * holds up its own messages only: they wait for `retry`.
 */
export class EngineOutbox {
  private queue: OutgoingMessage[] = [];
  private readonly held = new Map<number, OutgoingMessage[]>();
  private readonly lost = new Set<number>();
  private sending = false;
  private stopped = false;
  private lastNumber = 0;
  private idleWaiters: (() => void)[] = [];

  constructor(
    private readonly transmit: (engine: number, frames: readonly Buffer[]) => Promise<void>,
    private readonly events: OutboxEvents,
  ) {}

  /** Queues a message and returns its number; numbers grow in the order of the calls. */
  send(engine: number, frames: readonly Buffer[]): number {
    const number = ++this.lastNumber;
    if (!this.stopped) {
      this.queue.push({ engine, frames, number });
      void this.pump();
    }
    return number;
  }

  /** Tries the held messages of an engine again, before anything newer. */
  retry(engine: number): void {
    const waiting = this.held.get(engine);
    if (waiting === undefined) {
      return;
    }
    this.held.delete(engine);
    this.queue.unshift(...waiting);
    void this.pump();
  }

  /** Forgets what waits for this engine and the ones after it: they have left. */
  forget(firstEngine: number): void {
    this.queue = this.queue.filter(({ engine }) => engine < firstEngine);
    const gone = [...this.held.keys(), ...this.lost].filter((engine) => engine >= firstEngine);
    gone.forEach((engine) => [this.held, this.lost].forEach((engines) => engines.delete(engine)));
  }

  /** Resolves when nothing is waiting but what is held. */
  async idle(): Promise<void> {
    if (this.sending || this.queue.length > 0) {
      await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
    }
  }

  /** Forgets everything unsent; later messages are dropped. */
  stop(): void {
    this.stopped = true;
    this.queue = [];
    this.held.clear();
  }

  private async pump(): Promise<void> {
    if (this.sending) {
      return;
    }
    this.sending = true;
    for (let message = this.queue.shift(); message !== undefined; message = this.queue.shift()) {
      await this.deliver(message);
    }
    this.sending = false;
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    waiters.forEach((resolve) => resolve());
  }

  private async deliver(message: OutgoingMessage): Promise<void> {
    const waiting = this.held.get(message.engine);
    if (waiting !== undefined) {
      waiting.push(message);
      return;
    }
    try {
      await this.transmit(message.engine, message.frames);
    } catch (error) {
      this.refused(message, error);
      return;
    }
    if (this.lost.delete(message.engine)) {
      this.events.reachable(message.engine);
    }
  }

  private refused(message: OutgoingMessage, error: unknown): void {
    if (this.stopped) {
      return;
    }
    if (!isUnreachable(error)) {
      this.stop();
      this.events.broken(error);
      return;
    }
    this.held.set(message.engine, [message]);
    if (!this.lost.has(message.engine)) {
      this.lost.add(message.engine);
      this.events.unreachable(message.engine, message.number);
    }
  }
}

/** What a mandatory ROUTER answers for an identity that is not connected, or whose pipe takes nothing now. */
function isUnreachable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EHOSTUNREACH' || error.code === 'EAGAIN');
}
