import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Context, Pull, Router } from 'zeromq';
import {
  CURRENT_RELEASE,
  decodeHandshake,
  encodeInit,
  engineIdentity,
  isDeathSentinel,
  layoutForRelease,
  WireCodec,
  type EngineInit,
  type EngineOutputs,
  type EngineRequest,
  type HandshakeMessage,
} from '@app/engine-protocol';
import { neutralSampling } from '@testing/engine-protocol';

const context = new Context({ blocky: false });

/** Longest wait for a message of the engine; a test that runs into it has failed. */
const PATIENCE_MS = 5_000;
const options = { context, linger: 0, receiveTimeout: PATIENCE_MS };

/** One front-end process: the pair of data sockets an engine connects to. */
export class RawClient {
  readonly router = new Router({ ...options, mandatory: true });
  readonly pull = new Pull(options);

  constructor(
    readonly input: string,
    readonly output: string,
  ) {}

  async bind(): Promise<void> {
    await this.router.bind(this.input);
    await this.pull.bind(this.output);
  }

  /** Payload of the registration frame; checks nothing. */
  async registration(): Promise<Buffer[]> {
    return this.router.receive();
  }

  /** Sends `[type, ...frames]` to the engine of that rank. */
  async send(frames: readonly Buffer[], rank = 0): Promise<void> {
    await this.router.send([engineIdentity(rank), ...frames]);
  }

  /** The next message, decoded; the death sentinel as `undefined`. */
  async receive(): Promise<EngineOutputs | undefined> {
    const frames = await this.pull.receive();
    return isDeathSentinel(frames) ? undefined : currentCodec.decodeOutputs(frames);
  }
}

/** The front end played by hand: sockets in a directory of their own, and nothing that happens by itself. */
export class RawFrontEnd {
  readonly handshakeAddress: string;
  readonly clients: readonly RawClient[];
  private readonly handshake = new Router(options);

  private constructor(
    private readonly directory: string,
    clientCount: number,
  ) {
    this.handshakeAddress = `ipc://${join(directory, 'h')}`;
    this.clients = Array.from(
      { length: clientCount },
      (_, index) => new RawClient(`ipc://${join(directory, `i${index}`)}`, `ipc://${join(directory, `o${index}`)}`),
    );
  }

  static async listen(clientCount = 1): Promise<RawFrontEnd> {
    const frontEnd = new RawFrontEnd(mkdtempSync(join(tmpdir(), 'aerie-')), clientCount);
    await frontEnd.handshake.bind(frontEnd.handshakeAddress);
    for (const client of frontEnd.clients) await client.bind();
    return frontEnd;
  }

  get inputAddresses(): readonly string[] {
    return this.clients.map(({ input }) => input);
  }

  get outputAddresses(): readonly string[] {
    return this.clients.map(({ output }) => output);
  }

  /** The next HELLO or READY, with the identity it came from. */
  async hear(): Promise<HandshakeMessage & { readonly identity: string }> {
    const [identity, payload] = await this.handshake.receive();
    return { ...decodeHandshake(payload), identity: identity.toString('hex') };
  }

  async answer(rank: number, payload = this.init()): Promise<void> {
    await this.handshake.send([engineIdentity(rank), payload]);
  }

  init(rest: Partial<EngineInit> = {}): Buffer {
    return encodeInit({ inputs: this.inputAddresses, outputs: this.outputAddresses, parallelConfig: {}, ...rest });
  }

  close(): void {
    this.handshake.close();
    for (const { router, pull } of this.clients) {
      router.close();
      pull.close();
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const currentCodec = new WireCodec(layoutForRelease(CURRENT_RELEASE));

/** The frames of an ADD: type, payload. */
export function addFrames(request: EngineRequest): Buffer[] {
  return [Buffer.from([0]), ...currentCodec.encodeRequest(request)];
}

export function engineRequest(requestId: string, overrides: Partial<EngineRequest> = {}): EngineRequest {
  return {
    requestId,
    promptTokenIds: [1, 2, 3],
    arrivalTime: 1_700_000_000.5,
    clientIndex: 0,
    currentWave: 0,
    priority: 0,
    sampling: neutralSampling({ maxTokens: 4, watermarking: false }),
    ...overrides,
  };
}
