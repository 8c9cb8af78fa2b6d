import type { Push, XSubscriber } from 'zeromq';
import { receiveLoop, within } from '@app/async';
import {
  COORDINATOR_READY,
  decodeWaveStart,
  engineIdentity,
  MalformedMessageError,
  RequestType,
  SUBSCRIPTION,
} from '@app/engine-protocol';
import type { WaveStart } from '@app/engine-protocol';
import type { Logger } from '@app/logging';
import { connectPush, connectSubscriber } from '../transport/connect-socket.js';
import { SendQueue } from '../transport/send-queue.js';

/** As vLLM. */
const REPORT_LINGER_MS = 4_000;

export interface CoordinatorAddresses {
  /** The coordinator's XPUB. */
  readonly input: string;
  /** The coordinator's PULL. */
  readonly output: string;
}

export interface CoordinatorHandlers {
  startWave(start: WaveStart): void;
  /** A socket failed: the coordinator can be neither heard nor told. */
  broken(error: unknown): void;
}

/** The two sockets that join an engine core with the data-parallel coordinator: XSUB for READY and waves, PUSH for counts and wave events. */
export class CoordinatorLink {
  private readonly subscriber: XSubscriber;
  private readonly push: Push;
  private readonly reports: SendQueue;
  private readonly gate: Promise<void>;
  private open!: () => void;

  /** Throws `ConfigurationError` for a bad address. */
  constructor(
    { input, output }: CoordinatorAddresses,
    rank: number,
    private readonly handlers: CoordinatorHandlers,
    private readonly logger: Logger,
  ) {
    this.gate = new Promise((resolve) => (this.open = resolve));
    this.subscriber = connectSubscriber(input, engineIdentity(rank));
    try {
      this.push = connectPush(output, REPORT_LINGER_MS);
    } catch (error) {
      this.subscriber.close();
      throw error;
    }
    this.reports = new SendQueue(this.push, (error) => handlers.broken(error));
  }

  /** Makes the engine known. */
  async subscribe(): Promise<void> {
    await this.subscriber.send(SUBSCRIPTION);
    receiveLoop(this.subscriber, (frames) => this.take(frames)).catch((error) => this.handlers.broken(error));
  }

  /** Resolves when every engine of the deployment has subscribed; after `close`, too. */
  allSubscribed(): Promise<void> {
    return this.gate;
  }

  report(frames: Buffer[]): void {
    this.reports.push(frames);
  }

  /** Closes once everything reported is in ZeroMQ's hands. */
  async close(): Promise<void> {
    this.open();
    this.subscriber.close();
    await within(REPORT_LINGER_MS, this.reports.idle());
    this.reports.stop();
    this.push.close();
  }

  private take([first, payload]: readonly Buffer[]): void {
    try {
      if (payload === undefined && first.equals(COORDINATOR_READY)) return this.open();
      if (first.length === 1 && first[0] === RequestType.startDpWave && payload !== undefined) {
        return this.handlers.startWave(decodeWaveStart(payload));
      }
      throw new MalformedMessageError('neither READY nor the start of a wave');
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      this.logger.warn({ reason: error.message }, 'a message of the coordinator cannot be read');
    }
  }
}
