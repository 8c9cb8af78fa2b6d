import type { Router } from 'zeromq';
import { receiveLoop } from '@app/async';
import { UnavailableError } from '@app/errors';
import { bindHandshakeSocket } from '../transport/engine-link.js';
import type { Handshakes } from './handshakes.js';

export interface HandshakeSocketOptions {
  readonly handshakes: Handshakes;
  /** The answer to HELLO. */
  readonly init: Buffer;
}

/** The socket that engines say HELLO to. It answers until it is closed. */
export class HandshakeSocket {
  private sending = Promise.resolve();

  private constructor(
    private readonly router: Router,
    private readonly options: HandshakeSocketOptions,
  ) {
    receiveLoop(router, (frames) => this.receive(frames)).catch((error) => this.broken(error));
  }

  /** Throws `ConfigurationError` when the address cannot be bound. */
  static async open(address: string, options: HandshakeSocketOptions): Promise<HandshakeSocket> {
    return new HandshakeSocket(await bindHandshakeSocket(address), options);
  }

  /** What engines connect to: a wildcard port is resolved. */
  get address(): string {
    return this.router.lastEndpoint ?? '';
  }

  close(): void {
    this.router.close();
  }

  private receive(frames: readonly Buffer[]): void {
    const { handshakes, init } = this.options;
    if (handshakes.accept(frames)?.sendInit === true) {
      this.sending = this.sending
        .then(() => this.router.send([frames[0], init]))
        .catch((error: unknown) => this.broken(error));
    }
  }

  private broken(error: unknown): void {
    this.options.handshakes.fail(new UnavailableError('the handshake socket failed', { cause: error }));
  }
}
