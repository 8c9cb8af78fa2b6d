import { Pull, XPublisher } from 'zeromq';
import { receiveLoop } from '@app/async';
import {
  COORDINATOR_READY,
  CURRENT_RELEASE,
  decodeFrontEndNotice,
  encodeCoordinatorReport,
  encodeWaveStart,
  layoutForRelease,
  MalformedMessageError,
  requestTypeFrame,
  RequestType,
  SUBSCRIPTION,
  WireCodec,
} from '@app/engine-protocol';
import type { EngineInit } from '@app/engine-protocol';
import { silentLogger } from '@app/logging';
import type { Logger } from '@app/logging';
import { bindSocket, closeAndRemove } from '../transport/bind-socket.js';
import { freeTcpAddress, ipcAddress } from '../transport/data-address.js';
import { DroppedMessages } from '../transport/dropped-messages.js';
import { networkOptions } from '../transport/network-options.js';
import { SendChain } from '../transport/send-chain.js';
import { zmqContext } from '../transport/zmq-context.js';
import { CoordinatorState } from './coordinator-state.js';
import type { CoordinatorAction } from './coordinator-state.js';

/** Reports and notices are small; anyone who can connect can send. */
const MAX_MESSAGE_BYTES = 1 << 20;

/** First byte of what an XPUB socket hears when a peer subscribes or leaves. */
const UNSUBSCRIBED = 0;
const SUBSCRIBED = 1;

export interface CoordinatorOptions {
  /** Engine cores of the whole deployment, all ranks. */
  readonly engineCount: number;
  /** Mixture-of-experts engines step in lock-step: idle ones are woken. */
  readonly mixtureOfExperts: boolean;
  /** vLLM release of engines and front ends, where it is known. */
  readonly release?: string | undefined;
  /** Directory for `ipc` sockets, readable by this user alone. Only when every engine and front end is on this host. */
  readonly dataDirectory?: string | undefined;
  /** Host or interface for `tcp` sockets when there is no directory; default 127.0.0.1. */
  readonly host?: string | undefined;
  readonly logger?: Logger | undefined;
}

/** Where engines and front ends find the coordinator, under the names they have in INIT. */
export type CoordinatorAddresses = {
  readonly [K in 'coordinatorInput' | 'coordinatorOutput' | 'frontendStatsPublishAddress']-?: NonNullable<
    EngineInit[K]
  >;
};

/**
 * The coordinator of a data-parallel deployment (engine protocol §9.2): passes the load of all engines on to all front ends, and wakes idle
 * mixture-of-experts engines when another one has work. One per deployment.
 */
export class Coordinator {
  readonly addresses: CoordinatorAddresses;
  /** Resolves with the reason when a socket breaks; nothing is coordinated from then on. */
  readonly failed: Promise<string>;

  private readonly codec = new WireCodec(layoutForRelease(CURRENT_RELEASE));
  private readonly dropped: DroppedMessages;
  private readonly toEngines: SendChain;
  private readonly toFrontEnds: SendChain;
  private fail!: (reason: string) => void;
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Infinity;
  private state: CoordinatorState;

  private constructor(
    private readonly sockets: CoordinatorSockets,
    private readonly newState: () => CoordinatorState,
    logger: Logger,
  ) {
    this.state = newState();
    this.addresses = sockets.addresses;
    this.failed = new Promise((resolve) => (this.fail = resolve));
    this.dropped = new DroppedMessages(logger, 'a peer of the coordinator');
    const broken = (error: unknown) => this.fail(`a socket of the coordinator failed: ${String(error)}`);
    this.toEngines = new SendChain(sockets.engines, broken);
    this.toFrontEnds = new SendChain(sockets.frontEnds, broken);
    this.listen(sockets.engines, (frames) => this.engineSpoke(frames)).catch(broken);
    this.listen(sockets.reports, (frames) => this.state.engineReported(this.codec.decodeOutputs(frames), now())).catch(
      broken,
    );
    this.listen(sockets.frontEnds, (frames) => this.frontEndSpoke(frames)).catch(broken);
    this.armTimer();
  }

  /** Throws `ConfigurationError` for an address that cannot be bound or a release that is none. */
  static async start(options: CoordinatorOptions): Promise<Coordinator> {
    const { engineCount, mixtureOfExperts, release, logger = silentLogger } = options;
    const known = release === undefined ? undefined : layoutForRelease(release).release;
    const newState = () => new CoordinatorState({ engineCount, mixtureOfExperts, release: known, now: now() });
    return new Coordinator(await CoordinatorSockets.bind(options), newState, logger);
  }

  /** The engines begin anew: their waves start at 0, and all of them have to come. */
  reset(): void {
    this.state = this.newState();
    this.armTimer();
  }

  /** Messages that could not be read or made no sense. */
  get droppedMessages(): number {
    return this.dropped.count;
  }

  close(): void {
    clearTimeout(this.timer);
    this.timerAt = -Infinity;
    this.sockets.close();
  }

  /** What a message leads to is sent; one that is malformed is dropped. Rejects when the socket breaks. */
  private listen(socket: Pull | XPublisher, read: (frames: Buffer[]) => readonly CoordinatorAction[]): Promise<void> {
    return receiveLoop(socket, (frames) => {
      try {
        this.perform(read(frames));
      } catch (error) {
        if (!(error instanceof MalformedMessageError)) throw error;
        this.dropped.add(error);
      }
    });
  }

  private engineSpoke([frame]: readonly Buffer[]): readonly CoordinatorAction[] {
    if (frame.equals(SUBSCRIPTION)) {
      return this.state.engineSubscribed();
    }
    if (frame[0] === UNSUBSCRIBED) {
      return [];
    }
    throw new MalformedMessageError('engines only subscribe here');
  }

  private frontEndSpoke([frame]: readonly Buffer[]): readonly CoordinatorAction[] {
    if (frame[0] === SUBSCRIBED) {
      return this.state.frontEndSubscribed();
    }
    return frame[0] === UNSUBSCRIBED ? [] : this.state.noticed(decodeFrontEndNotice(frame));
  }

  private perform(actions: readonly CoordinatorAction[]): void {
    for (const action of actions) {
      switch (action.type) {
        case 'ready':
          this.toEngines.send(COORDINATOR_READY);
          break;
        case 'start-wave':
          this.toEngines.send(requestTypeFrame(RequestType.startDpWave), encodeWaveStart(action));
          break;
        case 'publish':
          this.toFrontEnds.send(encodeCoordinatorReport(action.report));
          break;
      }
    }
    this.armTimer();
  }

  /** A timer that is early finds nothing due and is set again. */
  private armTimer(): void {
    const { publishAt } = this.state;
    if (publishAt >= this.timerAt) {
      return;
    }
    clearTimeout(this.timer);
    this.timerAt = publishAt;
    this.timer = setTimeout(() => this.publishDue(), Math.max(0, publishAt - now())).unref();
  }

  private publishDue(): void {
    this.timerAt = Infinity;
    this.perform(this.state.publishDue(now()));
  }
}

/** Three bound sockets: XPUB to engines, PULL from engines, XPUB to front ends (and their notices). */
class CoordinatorSockets {
  readonly engines: XPublisher;
  readonly reports: Pull;
  readonly frontEnds: XPublisher;

  private constructor(address: string) {
    const options = {
      context: zmqContext,
      linger: 0,
      maxMessageSize: MAX_MESSAGE_BYTES,
      ...networkOptions(address),
    };
    // By default ZeroMQ keeps the second of two equal subscriptions to itself, and READY waits for one of every engine.
    const publisher = { ...options, sendHighWaterMark: 0, verbosity: 'allSubs' } as const;
    this.engines = new XPublisher(publisher);
    this.reports = new Pull({ ...options, receiveHighWaterMark: 0 });
    this.frontEnds = new XPublisher(publisher);
  }

  static async bind({ dataDirectory, host = '127.0.0.1' }: CoordinatorOptions): Promise<CoordinatorSockets> {
    const address = () => (dataDirectory === undefined ? freeTcpAddress(host) : ipcAddress(dataDirectory));
    const sockets = new CoordinatorSockets(address());
    try {
      await bindSocket(sockets.engines, address());
      await bindSocket(sockets.reports, address());
      await bindSocket(sockets.frontEnds, address());
      return sockets;
    } catch (error) {
      sockets.close();
      throw error;
    }
  }

  get addresses(): CoordinatorAddresses {
    return {
      coordinatorInput: this.engines.lastEndpoint ?? '',
      coordinatorOutput: this.reports.lastEndpoint ?? '',
      frontendStatsPublishAddress: this.frontEnds.lastEndpoint ?? '',
    };
  }

  close(): void {
    [this.engines, this.reports, this.frontEnds].forEach(closeAndRemove);
  }
}

function now(): number {
  return performance.now();
}
