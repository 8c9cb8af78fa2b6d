import { XSubscriber } from 'zeromq';
import { receiveLoop } from '@app/async';
import { ConfigurationError } from '@app/errors';
import {
  decodeCoordinatorReport,
  encodeFrontEndNotice,
  isReleaseFrom,
  MalformedMessageError,
  SUBSCRIPTION,
} from '@app/engine-protocol';
import type { EngineLoad } from '@app/engine-protocol';
import { silentLogger } from '@app/logging';
import type { Logger } from '@app/logging';
import { DroppedMessages } from '../transport/dropped-messages.js';
import { networkOptions } from '../transport/network-options.js';
import { SendChain } from '../transport/send-chain.js';
import { zmqContext } from '../transport/zmq-context.js';

const MAX_REPORT_BYTES = 1 << 24;

export interface CoordinatorClientOptions {
  /** Global rank of this front end's first engine. */
  readonly startRank: number;
  readonly engineCount: number;
  /** vLLM release of the engines, as layouts name it. */
  readonly release: string;
  /** Loads of this front end's engines, from its first one on; fewer while the deployment grows. */
  readonly onCounts: (loads: readonly EngineLoad[]) => void;
  /** The socket failed: there will be no more reports. */
  readonly onBroken: (reason: string) => void;
  readonly logger?: Logger | undefined;
}

/** A front end's end of the coordinator, ours or vLLM's: hears loads and waves of all engines, tells of the first request (engine protocol §9.4). */
export class CoordinatorClient {
  private readonly socket: XSubscriber;
  private readonly outgoing: SendChain;
  private readonly dropped: DroppedMessages;
  private currentWave = 0;
  private enginesRun = false;
  private engineCount: number;

  private constructor(
    address: string,
    private readonly options: CoordinatorClientOptions,
  ) {
    const { logger = silentLogger, onBroken, engineCount } = options;
    this.engineCount = engineCount;
    this.socket = new XSubscriber({
      context: zmqContext,
      linger: 0,
      maxMessageSize: MAX_REPORT_BYTES,
      ...networkOptions(address),
    });
    connectSocket(this.socket, address);
    const broken = (error: unknown) => onBroken(`the coordinator's socket failed: ${String(error)}`);
    this.dropped = new DroppedMessages(logger, 'the coordinator');
    this.outgoing = new SendChain(this.socket, broken);
    this.outgoing.send(SUBSCRIPTION);
    receiveLoop(this.socket, ([frame]) => this.reported(frame)).catch(broken);
  }

  /** Returns at once: ZeroMQ connects when the coordinator is there. Throws `ConfigurationError` for what is no address. */
  static connect(address: string, options: CoordinatorClientOptions): CoordinatorClient {
    return new CoordinatorClient(address, options);
  }

  /** Travels in every ADD. */
  get wave(): number {
    return this.currentWave;
  }

  /** Whether the engines run, as far as is known here. */
  get running(): boolean {
    return this.enginesRun;
  }

  /** Messages that could not be read. */
  get droppedMessages(): number {
    return this.dropped.count;
  }

  /** To be called after every ADD. Tells the coordinator when it is the first since all engines were idle; engines from 0.33 on do that themselves. */
  noticeFirstRequest(rank: number): void {
    if (this.enginesRun || isReleaseFrom('0.33', this.options.release)) {
      return;
    }
    this.outgoing.send(encodeFrontEndNotice({ type: 'first-request', engine: rank, wave: this.currentWave }));
    this.enginesRun = true;
  }

  /** Elastic expert parallelism: the whole deployment now has so many engines, and so has this front end. */
  scale(engineCount: number): void {
    this.engineCount = engineCount;
    this.outgoing.send(encodeFrontEndNotice({ type: 'scale', engineCount }));
  }

  close(): void {
    this.socket.close();
  }

  private reported(frame: Buffer): void {
    try {
      const { counts, wave, running } = decodeCoordinatorReport(frame);
      this.currentWave = wave;
      this.enginesRun = running;
      if (counts !== undefined) {
        const { startRank, onCounts } = this.options;
        onCounts(counts.slice(startRank, startRank + this.engineCount));
      }
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      this.dropped.add(error);
    }
  }
}

function connectSocket(socket: XSubscriber, address: string): void {
  try {
    socket.connect(address);
  } catch (error) {
    socket.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`the coordinator's address ${address} is none: ${reason}`, { cause: error });
  }
}
