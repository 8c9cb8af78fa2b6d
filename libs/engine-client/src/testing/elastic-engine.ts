import { connect } from 'node:net';
import { elasticNotificationOutput, toReconfiguration } from '@app/engine-protocol';
import type { ElasticNotification, UtilityCall } from '@app/engine-protocol';
import { RawEngine } from './raw-engine.js';
import type { RawEngineOptions } from './raw-engine.js';

export interface ElasticEngineOptions extends RawEngineOptions {
  readonly rank: number;
  /** Calls that it does not answer. */
  readonly silent?: readonly string[];
}

/** An engine core of bare sockets that lets the size of its deployment be changed, as vLLM's do from 0.27 on (engine protocol §10). */
export class ElasticEngine {
  /** What was asked of it, with the arguments that are no maps. */
  readonly calls: string[] = [];
  private dismissal = false;

  private constructor(
    readonly raw: RawEngine,
    private readonly options: ElasticEngineOptions,
  ) {
    void this.obey();
  }

  /** Joins as a headless engine, and says in the store that it is prepared. */
  static async join(handshakeAddress: string, options: ElasticEngineOptions): Promise<ElasticEngine> {
    const raw = await RawEngine.join(handshakeAddress, { local: false, headless: true, ...options });
    const { data_parallel_master_ip: host, _coord_store_port: port } = raw.init?.parallelConfig ?? {};
    if (port !== undefined) setStoreKey(String(host), Number(port), `eep_ready/${options.rank}`);
    return new ElasticEngine(raw, options);
  }

  /** Ids of the requests it has got. */
  get requests(): readonly string[] {
    return this.raw.inputs.flatMap((input) => (input.type === 'add' ? [input.request.requestId] : []));
  }

  private async obey(): Promise<never> {
    for (;;) {
      const input = await this.raw.next();
      if (input.type === 'utility') await this.answer(input.call);
    }
  }

  private async answer({ callId, method, args }: UtilityCall): Promise<void> {
    this.calls.push([method, ...args.filter((argument) => typeof argument !== 'object')].join(' '));
    if (this.options.silent?.includes(method) === true) return;
    const result = method === 'reinitialize_distributed' ? this.prepare(args[0]) : null;
    await this.raw.send({ utilityOutput: { callId, result } });
    if (this.dismissal) await this.leave();
    if (method === 'commit_prepared_elastic_ep') await this.say('RECONFIGURE_FINISHED');
  }

  private prepare(argument: unknown): string {
    const { rank, masterIp, meeting } = toReconfiguration(argument);
    const key = `prepared/${this.options.rank}`;
    if ('storePort' in meeting) setStoreKey(masterIp, meeting.storePort, key);
    this.dismissal = rank === 'shut-down';
    return key;
  }

  private async leave(): Promise<void> {
    await this.say('SHUTDOWN_COMPLETE');
    this.raw.close();
  }

  private say(type: ElasticNotification['type']): Promise<void> {
    return this.raw.send({ utilityOutput: elasticNotificationOutput({ type, rank: this.options.rank }) });
  }
}

/** VALIDATE and SET, as torch sends them. */
function setStoreKey(host: string, port: number, key: string): void {
  const socket = connect(port, host);
  socket.on('error', () => undefined);
  socket.end(Buffer.concat([Buffer.from('00cef7853c01', 'hex'), withLength(`/${key}`), withLength('1')]));
}

function withLength(text: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, Buffer.from(text)]);
}
