/** The part of a zeromq.js socket that a queue needs. */
export interface MessageSink {
  send(frames: Buffer[]): Promise<void>;
}

/** Sends in order, one message at a time: a zeromq.js socket refuses a second send while one is under way (EBUSY). */
export class SendQueue {
  private waiting: Buffer[][] = [];
  private sending: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly socket: MessageSink,
    private readonly broken: (error: unknown) => void,
  ) {}

  push(frames: Buffer[]): void {
    if (this.stopped) return;
    this.waiting.push(frames);
    this.sending ??= this.drain();
  }

  /** Resolves when everything pushed so far is in ZeroMQ's hands, or the queue has stopped. */
  idle(): Promise<void> {
    return this.sending ?? Promise.resolve();
  }

  /** Drops what is unsent, and all that comes. */
  stop(): void {
    this.stopped = true;
    this.waiting = [];
  }

  /** Never rejects. */
  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      await this.sendAll(batch);
    }
    this.sending = undefined;
  }

  private async sendAll(batch: readonly Buffer[][]): Promise<void> {
    for (const frames of batch) {
      if (this.stopped) return;
      try {
        await this.socket.send(frames);
      } catch (error) {
        if (!this.stopped) {
          this.stop();
          this.broken(error);
        }
      }
    }
  }
}
