import type { Dealer } from 'zeromq';
import { decodeInit, encodeHandshake, engineIdentity, MalformedMessageError } from '@app/engine-protocol';
import type { EngineInit, HandshakeMessage } from '@app/engine-protocol';
import { UnavailableError } from '@app/errors';
import { connectDealer } from '../transport/connect-socket.js';

/** As vLLM. */
const INIT_TIMEOUT_MS = 5 * 60_000;
const HANDSHAKE_LINGER_MS = 5_000;

export interface HandshakeOptions {
  readonly handshakeAddress: string;
  /** Global data-parallel rank, 0…65535. */
  readonly rank: number;
  /** Started by the front end it talks to, on the same host. */
  readonly local: boolean;
  /** Runs without a front end beside it. */
  readonly headless: boolean;
  readonly initTimeoutMs?: number | undefined;
}

/** What READY tells beyond that. */
export type ReadyFacts = Pick<HandshakeMessage, 'parallelConfigHash' | 'numGpuBlocks' | 'dpStatsAddress'>;

/** The engine's side of the start-up talk (engine protocol §2): HELLO, INIT, later READY. */
export class Handshake {
  private readonly dealer: Dealer;

  /** Throws `ConfigurationError` for a bad address. */
  constructor(private readonly options: HandshakeOptions) {
    this.dealer = connectDealer(options.handshakeAddress, {
      identity: engineIdentity(options.rank),
      lingerMs: HANDSHAKE_LINGER_MS,
      receiveTimeoutMs: options.initTimeoutMs ?? INIT_TIMEOUT_MS,
    });
  }

  /** Rejects with `UnavailableError` when the front end does not answer in time, or with nonsense. */
  async start(): Promise<EngineInit> {
    await this.say('HELLO');
    const [payload] = await this.answer();
    try {
      return decodeInit(payload);
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      throw new UnavailableError(`the front end's INIT cannot be read: ${error.message}`, { cause: error });
    }
  }

  async ready(facts: ReadyFacts): Promise<void> {
    await this.say('READY', facts);
  }

  /** What was said still leaves, for 5 s at most. */
  close(): void {
    this.dealer.close();
  }

  private async say(status: HandshakeMessage['status'], facts: ReadyFacts = {}): Promise<void> {
    const { local, headless } = this.options;
    await this.dealer.send(encodeHandshake({ status, local, headless, ...facts }));
  }

  private async answer(): Promise<Buffer[]> {
    try {
      return await this.dealer.receive();
    } catch (error) {
      if (this.dealer.closed) throw new UnavailableError('the start of the engine was cancelled', { cause: error });
      const { handshakeAddress, initTimeoutMs = INIT_TIMEOUT_MS } = this.options;
      const reason = `no answer from the front end at ${handshakeAddress} within ${initTimeoutMs / 1000} s`;
      throw new UnavailableError(reason, { cause: error });
    }
  }
}
