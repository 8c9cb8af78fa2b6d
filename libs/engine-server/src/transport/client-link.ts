import type { Dealer, Push } from 'zeromq';
import { receiveLoop, within } from '@app/async';
import { engineIdentity } from '@app/engine-protocol';
import { connectDealer, connectPush } from './connect-socket.js';
import { SendQueue } from './send-queue.js';

/** As vLLM: the death sentinel has time to leave after the socket is closed. */
const OUTPUT_LINGER_MS = 4_000;

export interface ClientAddresses {
  readonly input: string;
  readonly output: string;
}

export interface ClientHandlers {
  /** `[type, payload, aux...]` of one request message. Must not throw. */
  request(frames: Buffer[]): void;
  /** A socket failed: this client can be neither heard nor answered. */
  broken(error: unknown): void;
}

/** The two sockets that join an engine core with one front-end process: DEALER for requests, PUSH for outputs. */
export class ClientLink {
  private readonly dealer: Dealer;
  private readonly push: Push;
  private readonly outputs: SendQueue;

  /** Throws `ConfigurationError` for a bad address. */
  constructor(
    { input, output }: ClientAddresses,
    rank: number,
    private readonly handlers: ClientHandlers,
  ) {
    this.dealer = connectDealer(input, { identity: engineIdentity(rank), lingerMs: 0 });
    try {
      this.push = connectPush(output, OUTPUT_LINGER_MS);
    } catch (error) {
      this.dealer.close();
      throw error;
    }
    this.outputs = new SendQueue(this.push, (error) => handlers.broken(error));
  }

  /** The first message on the input socket; requests can come from here on. */
  async register(registration: Buffer): Promise<void> {
    await this.dealer.send(registration);
    receiveLoop(this.dealer, (frames) => this.handlers.request(frames)).catch((error) => this.handlers.broken(error));
  }

  send(frames: Buffer[]): void {
    this.outputs.push(frames);
  }

  /** Takes no more requests. */
  deafen(): void {
    this.dealer.close();
  }

  /** Takes no more requests, and closes once everything sent is in ZeroMQ's hands; that lives on for 4 s at most if the front end is gone. */
  async close(): Promise<void> {
    this.dealer.close();
    await within(OUTPUT_LINGER_MS, this.outputs.idle());
    this.outputs.stop();
    this.push.close();
  }
}
