import { Dealer } from 'zeromq';
import { decodeInit, encodeHandshake, engineIdentity } from '@app/engine-protocol';
import type { EngineInit, HandshakeMessage } from '@app/engine-protocol';
import { ConfigurationError, UnavailableError } from '@app/errors';
import { networkOptions } from '../transport/network-options.js';
import { zmqContext } from '../transport/zmq-context.js';

/** READY still leaves when the relay is closed right after it. */
const LINGER_MS = 5_000;

/**
 * Speaks to the front end of rank 0 in the name of one engine of another node, which knows only the front end beside it (hybrid and external
 * load balancing, engine protocol §2.7). What is coordinated for the whole deployment comes from there: the coordinator's addresses and the
 * place to meet.
 */
export class HeadRelay {
  private readonly dealer: Dealer;

  /** Throws `ConfigurationError` for what is no address. ZeroMQ connects when rank 0 is there. */
  constructor(headAddress: string, rank: number) {
    this.dealer = new Dealer({
      context: zmqContext,
      linger: LINGER_MS,
      routingId: engineIdentity(rank).toString('latin1'),
      ...networkOptions(headAddress),
    });
    try {
      this.dealer.connect(headAddress);
    } catch (error) {
      this.close();
      throw new ConfigurationError(`the address of rank 0, ${headAddress}, is none`, { cause: error });
    }
  }

  /** Says HELLO and resolves with the answer. Rejects with `UnavailableError` when that is none. */
  async hello(): Promise<EngineInit> {
    await this.dealer.send(encodeHandshake({ status: 'HELLO', local: false, headless: false }));
    try {
      const [payload] = await this.dealer.receive();
      return decodeInit(payload);
    } catch (error) {
      throw new UnavailableError('the front end of rank 0 gives no answer to HELLO', { cause: error });
    }
  }

  /** Passes READY on, with what engines are compared by. */
  async ready(message: HandshakeMessage): Promise<void> {
    await this.dealer.send(encodeHandshake({ ...message, local: false, headless: false }));
  }

  close(): void {
    this.dealer.close();
  }
}
