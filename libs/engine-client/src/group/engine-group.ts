import type { ElasticLimits, EngineInit } from '@app/engine-protocol';
import { ServerError, UnavailableError } from '@app/errors';
import { silentLogger } from '@app/logging';
import type { Logger } from '@app/logging';
import type { CoordinatorAddresses } from '../coordinator/coordinator.js';
import type { ManagedEngineProcess } from '../managed-process/managed-engine-process.js';
import { dataHostOf } from '../transport/data-address.js';
import { freePorts } from '../transport/free-ports.js';
import { ownAnswers, relayedAnswers } from './handshake-answers.js';
import type { HandshakeAnswers } from './handshake-answers.js';
import { HandshakeSocket } from './handshake-socket.js';
import { Handshakes } from './handshakes.js';

/** The data sockets of one front-end process, as engines connect to them. */
export interface ClientAddresses {
  readonly input: string;
  readonly output: string;
}

export interface EngineGroupOptions {
  /** Engine cores that say HELLO here; one per data-parallel rank. */
  readonly engineCount: number;
  /** Global rank of the first one; default 0. */
  readonly startRank?: number | undefined;
  /** Engines with `local: true`, the first so many; the others must be headless. Default 0. */
  readonly localEngineCount?: number | undefined;
  /** To bind: `tcp://host:port` (`*` for a free port) or `ipc://path`. */
  readonly handshakeAddress: string;
  /** Every front-end process that will send requests, by client index. They may bind later than engines connect. */
  readonly clients: readonly ClientAddresses[];
  readonly coordinator?: CoordinatorAddresses | undefined;
  /** Several engines of such a model step together: they are told where to meet, on the host of the handshake address. */
  readonly mixtureOfExperts?: boolean | undefined;
  /** Engines after these that other front ends serve; they come through those (hybrid and external load balancing). Default 0. */
  readonly relayedEngineCount?: number | undefined;
  /** Handshake address of rank 0's front end, when that is not this one: it coordinates our engines, too. */
  readonly head?: string | undefined;
  /** What is set on every engine's parallel configuration; default: where to meet, if that is needed (engine protocol §2.2). */
  readonly parallelConfig?: EngineInit['parallelConfig'] | undefined;
  /** Of the deployment that these engines join while it runs. */
  readonly elasticLimits?: ElasticLimits | undefined;
  /** Starts the engine processes once the address is bound; given the address to say HELLO to. The group stops them. */
  readonly launch?: ((handshakeAddress: string) => readonly ManagedEngineProcess[]) | undefined;
  /** Longest silence until the engines are ready (model loading happens in between). Default 600 s. */
  readonly readyTimeoutMs?: number | undefined;
  /** Ends the start-up when aborted, with its reason; without effect later. */
  readonly signal?: AbortSignal | undefined;
  readonly logger?: Logger | undefined;
}

export const DEFAULT_READY_TIMEOUT_MS = 600_000;

/**
 * The engine cores of a deployment as their launcher sees them: it tells them where the front ends are, starts and ends the processes that
 * are its own, and sends no request. A front end alone has one beside its client; a supervisor has one for all its front ends.
 */
export class EngineGroup {
  /** Resolves with the reason when a process of the group ends. Never for engines that others started. */
  readonly ended: Promise<string>;

  /** Of releases that tell them at the handshake (0.17 to 0.19), by engine. */
  readonly numGpuBlocks: readonly (number | undefined)[];
  /** Of elastic engines that tell them at the handshake (from 0.33 on). */
  readonly elasticLimits: ElasticLimits | undefined;

  private constructor(
    private readonly processes: readonly ManagedEngineProcess[],
    { numGpuBlocks, elasticLimits }: Pick<Handshakes, 'numGpuBlocks' | 'elasticLimits'>,
  ) {
    this.ended = firstEnd(processes);
    this.numGpuBlocks = numGpuBlocks;
    this.elasticLimits = elasticLimits;
  }

  /**
   * Resolves when every engine is ready. Throws `ConfigurationError` for engines that do not fit, `UnavailableError` when one does not come
   * up in time or ends first; no process and no socket is left then.
   */
  static async start(options: EngineGroupOptions): Promise<EngineGroup> {
    const { startRank = 0, localEngineCount = 0, relayedEngineCount = 0, signal, logger = silentLogger } = options;
    const handshakes = new Handshakes({
      expected: { engineCount: wholeCount(options), startRank, localEngineCount, relayedEngineCount },
      timeoutMs: options.readyTimeoutMs ?? DEFAULT_READY_TIMEOUT_MS,
      logger,
    });
    const cancel = (): void => handshakes.fail(abortReason(signal));
    signal?.addEventListener('abort', cancel);
    let processes: readonly ManagedEngineProcess[] = [];
    let socket: HandshakeSocket | undefined;
    const answers = await toAnswers(options);
    try {
      socket = await HandshakeSocket.open(options.handshakeAddress, { handshakes, answers });
      if (signal?.aborted === true) throw abortReason(signal);
      processes = options.launch?.(socket.address) ?? [];
      void firstEnd(processes).then((obituary) => handshakes.fail(new UnavailableError(obituary)));
      await handshakes.finished;
      await socket.settled();
      return new EngineGroup(processes, handshakes);
    } catch (error) {
      handshakes.fail(new UnavailableError('the start of the engine failed', { cause: error }));
      await stopAll(processes);
      throw error;
    } finally {
      socket?.close();
      answers.close();
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** What is known of each process of the group: how it ended, its last lines. */
  get obituaries(): readonly string[] {
    return this.processes.map(({ obituary }) => obituary);
  }

  /** Stops the processes of the group. Resolves when they are gone. */
  stop(): Promise<void> {
    return stopAll(this.processes);
  }
}

async function toAnswers(options: EngineGroupOptions): Promise<HandshakeAnswers> {
  const { clients, coordinator, elasticLimits, head, startRank = 0 } = options;
  const inputs = clients.map(({ input }) => input);
  const outputs = clients.map(({ output }) => output);
  if (head !== undefined) return relayedAnswers({ head, startRank, inputs, outputs });
  const parallelConfig = options.parallelConfig ?? (await toParallelConfig(options));
  return ownAnswers({ inputs, outputs, ...coordinator, parallelConfig, elasticLimits });
}

/** Engines that say HELLO here, on their own or through another front end. */
function wholeCount({ engineCount, relayedEngineCount = 0 }: EngineGroupOptions): number {
  return engineCount + relayedEngineCount;
}

/** Ports in reserve for when one is taken before an engine binds it; as many as vLLM sets aside. */
const MASTER_PORTS = 5;

/** What is set on every engine's parallel configuration (engine protocol §2.2). */
async function toParallelConfig(options: EngineGroupOptions): Promise<EngineInit['parallelConfig']> {
  const { mixtureOfExperts = false, handshakeAddress } = options;
  if (!mixtureOfExperts || wholeCount(options) === 1) return {};
  const host = dataHostOf(handshakeAddress).replace(/^\[|\]$/g, '');
  const [port, ...portList] = await freePorts(host, MASTER_PORTS);
  return {
    data_parallel_master_ip: host,
    data_parallel_master_port: port,
    _data_parallel_master_port_list: portList,
    data_parallel_size: wholeCount(options),
  };
}

function firstEnd(processes: readonly ManagedEngineProcess[]): Promise<string> {
  return Promise.race(processes.map(async (engine) => (await engine.exited, engine.obituary)));
}

async function stopAll(processes: readonly ManagedEngineProcess[]): Promise<void> {
  await Promise.all(processes.map((engine) => engine.stop()));
}

function abortReason(signal: AbortSignal | undefined): ServerError {
  const reason: unknown = signal?.reason;
  return reason instanceof ServerError ? reason : new UnavailableError('the start of the engine was cancelled');
}
