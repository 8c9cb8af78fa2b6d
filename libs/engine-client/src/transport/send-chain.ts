/** The part of a zeromq.js socket that a chain needs. */
export interface MessageSink {
  readonly closed: boolean;
  send(frames: Buffer[]): Promise<void>;
}

/** Sends in order, one message at a time: a zeromq.js socket refuses a second send while one is under way (EBUSY). For few messages. */
export class SendChain {
  private last = Promise.resolve();

  constructor(
    private readonly socket: MessageSink,
    private readonly broken: (error: unknown) => void,
  ) {}

  send(...frames: Buffer[]): void {
    this.last = this.last.then(() => this.transmit(frames));
  }

  /** Never rejects: what is left when the socket is closed is dropped. */
  private async transmit(frames: Buffer[]): Promise<void> {
    try {
      await this.socket.send(frames);
    } catch (error) {
      if (!this.socket.closed) {
        this.broken(error);
      }
    }
  }
}
