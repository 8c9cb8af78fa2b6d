import { createHash, randomUUID } from 'node:crypto';
import { CURRENT_RELEASE, layoutForRelease, type EngineCore, type EngineInit } from '@app/engine-protocol';
import { ConfigurationError, UnavailableError } from '@app/errors';
import { silentLogger, type Logger } from '@app/logging';
import type { CoordinatorAddresses } from './coordinator/coordinator-link.js';
import type { WaveMember } from './coordinator/wave-member.js';
import { EngineServer, type EngineServerParts, type MessageDistortion, type MessageWitness } from './engine-server.js';
import { Handshake, type ReadyFacts } from './start-up/handshake.js';
import type { ClientAddresses } from './transport/client-link.js';

interface CommonOptions {
  /** Global data-parallel rank, 0…65535; the engine's identity on every socket. */
  readonly rank: number;
  /** vLLM release whose layouts are spoken; default `CURRENT_RELEASE`. */
  readonly release?: string | undefined;
  readonly logger?: Logger | undefined;
  /** Ends the start when aborted; without effect later. */
  readonly signal?: AbortSignal | undefined;
  /** Shown every message of a front end as it came, before anything is read from it. */
  readonly onMessage?: MessageWitness | undefined;
  /** For engines that misbehave on purpose. */
  readonly distort?: MessageDistortion | undefined;
}

/** The front end tells at start-up where its sockets are, and those of the coordinator if there is one. */
export interface HandshakeServeOptions extends CommonOptions {
  readonly handshakeAddress: string;
  /** Started by the front end it talks to, on the same host. */
  readonly local: boolean;
  /** Runs without a front end beside it. */
  readonly headless: boolean;
  /** Default: 5 minutes, as vLLM. */
  readonly initTimeoutMs?: number | undefined;
  /** Of a core that steps together with its peers; needs a coordinator. */
  readonly waves?: WaveMember | undefined;
  /** Called with INIT; the engine registers when it is done, and not at all when it rejects. */
  readonly onInit?: ((init: EngineInit) => Promise<void> | void) | undefined;
}

/** The sockets are known beforehand: no handshake, no coordinator. Entry k of both lists belongs to client k. */
export interface DirectServeOptions extends CommonOptions {
  readonly inputAddresses: readonly string[];
  readonly outputAddresses: readonly string[];
}

export type ServeOptions = HandshakeServeOptions | DirectServeOptions;

/**
 * Puts an engine core on the wire (engine protocol §2.1): HELLO, INIT, registration on every input socket, the coordinator's READY, READY; then
 * it serves until `close` or the core's death. Rejects with `UnavailableError` when no front end answers or the start is cancelled, with
 * `ConfigurationError` for bad addresses, rank or release.
 */
export async function serveEngineCore(core: EngineCore, options: ServeOptions): Promise<EngineServer> {
  const { rank, release = CURRENT_RELEASE, logger = silentLogger, onMessage, distort, signal } = options;
  if (!Number.isInteger(rank) || rank < 0 || rank > 0xffff) {
    throw new ConfigurationError(`engine rank ${rank} is not in 0…65535`);
  }
  const layout = layoutForRelease(release);
  const parts = { core, layout, rank, logger, onMessage, distort, instanceId: randomUUID() };
  if ('inputAddresses' in options) {
    return startServer({ ...parts, clients: pairs(options.inputAddresses, options.outputAddresses) }, signal);
  }
  mustGoOn(signal);
  const handshake = new Handshake(options);
  const cancel = (): void => handshake.close();
  signal?.addEventListener('abort', cancel);
  try {
    const init = await handshake.start();
    await options.onInit?.(init);
    const { waves } = options;
    const coordinator = toCoordinator(init);
    if (waves !== undefined && coordinator === undefined) {
      throw new UnavailableError('engines that step together need a coordinator, and the front end names none');
    }
    const { frontendStatsPublishAddress: dpStatsAddress } = init;
    const clients = pairs(init.inputs, init.outputs);
    const server = await startServer({ ...parts, clients, coordinator, waves, dpStatsAddress }, signal);
    await handshake.ready(toReadyFacts(parts, init));
    return server;
  } finally {
    signal?.removeEventListener('abort', cancel);
    handshake.close();
  }
}

async function startServer(parts: EngineServerParts, signal: AbortSignal | undefined): Promise<EngineServer> {
  mustGoOn(signal);
  const server = new EngineServer(parts);
  const cancel = (): void => void server.detach();
  signal?.addEventListener('abort', cancel);
  try {
    await server.register();
    mustGoOn(signal);
    return server;
  } catch (error) {
    await server.detach();
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

function mustGoOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new UnavailableError('the start of the engine was cancelled');
}

function pairs(inputs: readonly string[], outputs: readonly string[]): readonly ClientAddresses[] {
  if (inputs.length === 0 || inputs.length !== outputs.length) {
    throw new ConfigurationError('an engine core needs as many output as input addresses, and at least one');
  }
  return inputs.map((input, index) => ({ input, output: outputs[index] }));
}

/** The output address is what says that there is one (engine protocol §2.2). */
function toCoordinator({ coordinatorInput, coordinatorOutput }: EngineInit): CoordinatorAddresses | undefined {
  if (coordinatorOutput === undefined) return undefined;
  if (coordinatorInput !== undefined) return { input: coordinatorInput, output: coordinatorOutput };
  throw new UnavailableError("the front end's INIT names half a coordinator");
}

/** Until 0.19 the registration is empty, and READY says what later stands in it. */
function toReadyFacts(
  { core, layout }: Pick<EngineServerParts, 'core' | 'layout'>,
  { parallelConfig, frontendStatsPublishAddress: dpStatsAddress }: EngineInit,
): ReadyFacts {
  const { numGpuBlocks, dataParallelSize } = core.info;
  return {
    ...(layout.structs.EngineCoreReadyResponse.length === 0 ? { numGpuBlocks, dpStatsAddress } : {}),
    ...(dataParallelSize > 1 ? { parallelConfigHash: hashOf({ dataParallelSize, parallelConfig }) } : {}),
  };
}

/** Equal for engines that were told the same; vLLM's own digest is over Python objects. */
function hashOf(configuration: unknown): string {
  return createHash('sha256').update(JSON.stringify(configuration)).digest('hex');
}
