import { UnavailableError } from '@app/errors';
import type { ServerError } from '@app/errors';
import { decodeHandshake, layoutForRegistration, MalformedMessageError } from '@app/engine-protocol';
import type { Registration, WireLayout } from '@app/engine-protocol';
import type { Logger } from '@app/logging';
import { engineOfIdentity } from './handshake-state.js';
import type { ExpectedEngines, HandshakeState } from './handshake-state.js';

export interface RegisteredEngine {
  readonly layout: WireLayout;
  readonly registration: Registration;
}

export interface StartUpOptions {
  readonly expected: ExpectedEngines;
  /** Absent when the engines were told our addresses by somebody else. */
  readonly handshake?: HandshakeState | undefined;
  /** Longest silence between two messages that bring the start-up forward. */
  readonly timeoutMs: number;
  /** The engines' vLLM release, when they do not tell it. */
  readonly release?: string | undefined;
  /** What all engines speak, whatever they say. */
  readonly layout?: WireLayout | undefined;
  readonly logger: Logger;
}

/**
 * Gathers what must have arrived before requests may be sent: HELLO and READY of every engine (when we do the handshake) and its
 * registration on the input socket, in any order between the two sockets. Whatever goes wrong first ends it.
 */
export class StartUp {
  /** Registrations in the order of ranks. Rejects with `ConfigurationError` or `UnavailableError`. */
  readonly finished: Promise<readonly RegisteredEngine[]>;

  private readonly registered: (RegisteredEngine | undefined)[];
  private timer: NodeJS.Timeout | undefined;
  private resolve!: (engines: readonly RegisteredEngine[]) => void;
  private reject!: (error: ServerError) => void;

  constructor(private readonly options: StartUpOptions) {
    this.registered = new Array<RegisteredEngine | undefined>(options.expected.engineCount).fill(undefined);
    this.finished = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.finished.catch(() => undefined);
    this.restartTimer();
  }

  /** A message on the handshake socket: `[identity, payload]`. Returns the identity INIT must be sent to, if any. */
  handshake(frames: readonly Buffer[]): Buffer | undefined {
    const { handshake, logger } = this.options;
    const [identity, payload] = frames;
    if (handshake === undefined || frames.length !== 2) {
      return undefined;
    }
    try {
      const message = decodeHandshake(payload);
      const { engine, sendInit } = handshake.accept(identity, message);
      this.keepBlocksOfReady(engine, message.numGpuBlocks);
      logger.debug({ engine, status: message.status }, 'handshake message');
      this.progress();
      return sendInit ? identity : undefined;
    } catch (error) {
      this.refuse(error);
      return undefined;
    }
  }

  /** A message on the input socket: `[identity, payload]`. Returns whether it was a registration of an expected engine. */
  registration(frames: readonly Buffer[]): boolean {
    const [identity, payload] = frames;
    const engine = frames.length === 2 ? engineOfIdentity(identity, this.options.expected) : undefined;
    if (engine === undefined) {
      this.options.logger.warn({ frames: frames.length }, 'message of a stranger on the input socket was ignored');
      return false;
    }
    try {
      const { layout, registration, exact } = layoutForRegistration(payload, this.options);
      const blocks = this.readyBlocks.get(engine);
      this.registered[engine] = {
        layout,
        registration: blocks === undefined ? registration : { numGpuBlocks: blocks, ...registration },
      };
      this.options.logger.debug({ engine, release: layout.release, exact }, 'engine registered');
      this.progress();
      return true;
    } catch (error) {
      this.refuse(error);
      return false;
    }
  }

  /** Ends the start-up, unless it is over. */
  fail(error: ServerError): void {
    clearTimeout(this.timer);
    this.reject(error);
  }

  /** Releases 0.17 to 0.19 tell their blocks in READY, which may come before or after the registration. */
  private readonly readyBlocks = new Map<number, number>();

  private keepBlocksOfReady(engine: number, numGpuBlocks: number | undefined): void {
    if (numGpuBlocks === undefined) {
      return;
    }
    this.readyBlocks.set(engine, numGpuBlocks);
    const registered = this.registered[engine];
    if (registered !== undefined) {
      this.registered[engine] = { ...registered, registration: { ...registered.registration, numGpuBlocks } };
    }
  }

  /** What is no message at all is dropped; what is one and does not fit ends the start-up. */
  private refuse(error: unknown): void {
    if (error instanceof MalformedMessageError) {
      this.options.logger.warn({ error: error.message }, 'malformed start-up message was ignored');
      return;
    }
    this.fail(error as ServerError);
  }

  private progress(): void {
    const engines = this.registered.filter((engine) => engine !== undefined);
    if (engines.length === this.registered.length && (this.options.handshake?.complete ?? true)) {
      clearTimeout(this.timer);
      this.resolve(engines);
      return;
    }
    this.restartTimer();
  }

  private restartTimer(): void {
    const { timeoutMs } = this.options;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.fail(
        new UnavailableError(
          `no engine is ready: ${this.missing().join(', ')} did not arrive within ${timeoutMs / 1000} s`,
        ),
      );
    }, timeoutMs);
  }

  private missing(): readonly string[] {
    const { handshake, expected } = this.options;
    const unregistered = this.registered.flatMap((engine, index) =>
      engine === undefined ? [`the registration of engine core ${expected.startRank + index}`] : [],
    );
    return [...(handshake?.missing() ?? []), ...unregistered];
  }
}
