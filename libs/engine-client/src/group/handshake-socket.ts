import type { Router } from 'zeromq';
import { receiveLoop } from '@app/async';
import { ServerError, UnavailableError } from '@app/errors';
import { bindHandshakeSocket } from '../transport/engine-link.js';
import type { HandshakeAnswers } from './handshake-answers.js';
import type { AcceptedHandshake, Handshakes } from './handshakes.js';

export interface HandshakeSocketOptions {
  readonly handshakes: Handshakes;
  readonly answers: HandshakeAnswers;
}

/** The socket that engines say HELLO to. It answers until it is closed. */
export class HandshakeSocket {
  /** What is being said; zeromq.js sends one message at a time. */
  private sending = Promise.resolve();
  private readonly pending = new Set<Promise<void>>();

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

  /** Resolves when everybody who spoke so far has been answered. */
  async settled(): Promise<void> {
    await Promise.all(this.pending);
  }

  close(): void {
    this.router.close();
  }

  private receive(frames: readonly Buffer[]): void {
    const accepted = this.options.handshakes.accept(frames);
    if (accepted === undefined) return;
    const answering = this.answer(accepted, frames[0]).catch((error: unknown) => this.broken(error));
    this.pending.add(answering);
    void answering.then(() => this.pending.delete(answering));
  }

  private async answer(accepted: AcceptedHandshake, identity: Buffer): Promise<void> {
    const { answers } = this.options;
    if (!accepted.sendInit) return answers.ready(accepted);
    const init = await answers.init(accepted.engine);
    this.sending = this.sending.then(() => this.router.send([identity, init]));
    await this.sending;
  }

  private broken(error: unknown): void {
    const failure = new UnavailableError('the handshake socket failed', { cause: error });
    this.options.handshakes.fail(error instanceof ServerError ? error : failure);
  }
}
