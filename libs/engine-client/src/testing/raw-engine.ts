import { Dealer, Push } from 'zeromq';
import { receiveLoop } from '@app/async';
import {
  CURRENT_RELEASE,
  decodeAbort,
  decodeInit,
  decodeUtilityCall,
  encodeHandshake,
  encodeRegistration,
  engineIdentity,
  layoutForRelease,
  RequestType,
  WireCodec,
} from '@app/engine-protocol';
import type {
  ElasticLimits,
  EngineCoreInfo,
  EngineInit,
  EngineOutput,
  EngineOutputs,
  EngineRequest,
  UtilityCall,
} from '@app/engine-protocol';
import { zmqContext } from '../transport/zmq-context.js';

/** What an engine core received on its input socket, decoded. */
export type EngineInput =
  | { readonly type: 'add'; readonly request: EngineRequest }
  | { readonly type: 'abort'; readonly ids: readonly string[] | undefined }
  | { readonly type: 'utility'; readonly call: UtilityCall };

export interface RawEngineOptions {
  readonly rank?: number;
  readonly local?: boolean;
  readonly headless?: boolean;
  readonly release?: string;
  readonly info?: Partial<EngineCoreInfo>;
  readonly parallelConfigHash?: string;
  /** Told in READY. */
  readonly elasticLimits?: ElasticLimits;
  /** Answers of utilities; those that are not here are left to the test. */
  readonly utilities?: Readonly<Record<string, unknown>>;
}

export const ENGINE_INFO: EngineCoreInfo = {
  maxModelLen: 256,
  numGpuBlocks: 100,
  blockSize: 16,
  dtype: 'float32',
  worldSize: 1,
  dataParallelSize: 1,
  kvCacheSizeTokens: 1_600,
  maxNumSeqs: 8,
  maxNumBatchedTokens: 64,
  supportsLora: false,
};

const DEFAULT_UTILITIES = { get_supported_tasks: ['generate'], is_sleeping: false };

/** An engine core made of bare sockets: it does what a test tells it and nothing else, right or wrong. */
export class RawEngine {
  readonly codec: WireCodec;
  /** Everything that arrived, pings and task questions left out. */
  readonly inputs: EngineInput[] = [];
  /** What it was told when it joined. */
  init: EngineInit | undefined;

  private readonly rank: number;
  private readonly utilities: Readonly<Record<string, unknown>>;
  private readonly dealers: Dealer[] = [];
  private push: Push | undefined;
  private readonly waiters: (() => void)[] = [];
  private read = 0;

  constructor(private readonly options: RawEngineOptions = {}) {
    this.rank = options.rank ?? 0;
    this.utilities = options.utilities ?? DEFAULT_UTILITIES;
    this.codec = new WireCodec(layoutForRelease(options.release ?? CURRENT_RELEASE));
  }

  /** HELLO, INIT, connect, registration, READY. */
  static async join(handshakeAddress: string, options: RawEngineOptions = {}): Promise<RawEngine> {
    const engine = new RawEngine(options);
    const handshake = engine.dealer(handshakeAddress);
    try {
      await handshake.send(engine.handshakeMessage('HELLO'));
      const { inputs, outputs } = (engine.init = await engine.receiveInit(handshake));
      await engine.connect(inputs[0], outputs[0]);
      await handshake.send(engine.handshakeMessage('READY'));
    } finally {
      handshake.close();
    }
    return engine;
  }

  /** Connects and registers. */
  async connect(inputAddress: string, outputAddress: string): Promise<void> {
    this.connectOutput(outputAddress);
    const dealer = this.connectInput(inputAddress);
    await dealer.send(
      encodeRegistration(
        { ...ENGINE_INFO, ...this.options.info },
        {
          layout: this.codec.layout,
          rank: this.rank,
          instanceId: `raw-${this.rank}`,
        },
      ),
    );
  }

  /** The request socket alone, without a registration. */
  connectInput(address: string): Dealer {
    const dealer = this.dealer(address);
    void receiveLoop(dealer, (frames) => this.receive(frames));
    return dealer;
  }

  connectOutput(address: string): void {
    this.push = new Push({ context: zmqContext, linger: 1_000, sendHighWaterMark: 0 });
    this.push.connect(address);
  }

  /** The next thing that arrives (or arrived and was not asked for yet). */
  async next(): Promise<EngineInput> {
    while (this.read >= this.inputs.length) {
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
    return this.inputs[this.read++];
  }

  /** The next ADD; anything else first is an error. */
  async nextRequest(): Promise<EngineRequest> {
    const input = await this.next();
    if (input.type !== 'add') {
      throw new Error(`expected an ADD, got ${JSON.stringify(input)}`);
    }
    return input.request;
  }

  async send(message: Partial<EngineOutputs>): Promise<void> {
    await this.sendFrames(this.codec.encodeOutputs({ engineIndex: this.rank, outputs: [], timestamp: 1, ...message }));
  }

  async sendOutputs(...outputs: EngineOutput[]): Promise<void> {
    await this.send({ outputs });
  }

  async sendFrames(frames: readonly (Buffer | string)[]): Promise<void> {
    await this.push!.send([...frames]);
  }

  /** As after SIGKILL: connections end, nothing is said. */
  close(): void {
    this.closeInput();
    this.push?.close();
  }

  closeInput(): void {
    this.dealers.splice(0).forEach((dealer) => dealer.close());
  }

  async receiveInit(handshake: Dealer): Promise<EngineInit> {
    const [payload] = await handshake.receive();
    return decodeInit(payload);
  }

  handshakeMessage(status: 'HELLO' | 'READY'): Buffer {
    const { local = true, headless = false, parallelConfigHash, elasticLimits } = this.options;
    return encodeHandshake({
      status,
      local,
      headless,
      parallelConfigHash: status === 'READY' ? parallelConfigHash : undefined,
      elasticLimits: status === 'READY' ? elasticLimits : undefined,
    });
  }

  dealer(address: string): Dealer {
    const dealer = new Dealer({
      context: zmqContext,
      linger: 0,
      routingId: engineIdentity(this.rank).toString('latin1'),
    });
    dealer.connect(address);
    this.dealers.push(dealer);
    return dealer;
  }

  private receive([type, ...frames]: Buffer[]): void {
    const input = this.decode(type[0], frames);
    if (input.type === 'utility' && input.call.method in this.utilities) {
      const { callId, method } = input.call;
      void this.send({ utilityOutput: { callId, result: this.utilities[method] } }).catch(() => undefined);
      return;
    }
    this.inputs.push(input);
    this.waiters.splice(0).forEach((resolve) => resolve());
  }

  private decode(type: number, frames: Buffer[]): EngineInput {
    switch (type) {
      case RequestType.add:
        return { type: 'add', request: this.codec.decodeRequest(frames) };
      case RequestType.abort:
        return { type: 'abort', ids: decodeAbort(frames[0]) };
      case RequestType.utility:
        return { type: 'utility', call: decodeUtilityCall(frames[0]) };
      default:
        throw new Error(`unknown request type ${type}`);
    }
  }
}
