import { randomUUID } from 'node:crypto';
import { CURRENT_RELEASE, layoutForRelease, type EngineCore, type EngineInit } from '@app/engine-protocol';
import { ConfigurationError } from '@app/errors';
import { silentLogger, type Logger } from '@app/logging';
import { EngineServer, type MessageDistortion, type MessageWitness } from './engine-server.js';
import { Handshake } from './start-up/handshake.js';
import type { ClientAddresses } from './transport/client-link.js';

interface CommonOptions {
  /** Global data-parallel rank, 0…65535; the engine's identity on every socket. */
  readonly rank: number;
  /** vLLM release whose layouts are spoken; default `CURRENT_RELEASE`. */
  readonly release?: string | undefined;
  readonly logger?: Logger | undefined;
  /** Shown every message of a front end as it came, before anything is read from it. */
  readonly onMessage?: MessageWitness | undefined;
  /** For engines that misbehave on purpose. */
  readonly distort?: MessageDistortion | undefined;
}

/** The front end tells at start-up where its sockets are. */
export interface HandshakeServeOptions extends CommonOptions {
  readonly handshakeAddress: string;
  /** Started by the front end it talks to, on the same host. */
  readonly local: boolean;
  /** Runs without a front end beside it. */
  readonly headless: boolean;
  /** Default: 5 minutes, as vLLM. */
  readonly initTimeoutMs?: number | undefined;
  /** Called with INIT; the engine registers when it is done, and not at all when it rejects. */
  readonly onInit?: ((init: EngineInit) => Promise<void> | void) | undefined;
}

/** The sockets are known beforehand: no handshake. Entry k of both lists belongs to client k. */
export interface DirectServeOptions extends CommonOptions {
  readonly inputAddresses: readonly string[];
  readonly outputAddresses: readonly string[];
}

export type ServeOptions = HandshakeServeOptions | DirectServeOptions;

/**
 * Puts an engine core on the wire (engine protocol §2.1): HELLO, INIT, registration on every input socket, READY; then it serves until `close`
 * or the core's death. Rejects with `UnavailableError` when no front end answers, with `ConfigurationError` for bad addresses, rank or release.
 */
export async function serveEngineCore(core: EngineCore, options: ServeOptions): Promise<EngineServer> {
  const { rank, release = CURRENT_RELEASE, logger = silentLogger, onMessage, distort } = options;
  if (!Number.isInteger(rank) || rank < 0 || rank > 0xffff) {
    throw new ConfigurationError(`engine rank ${rank} is not in 0…65535`);
  }
  const serve = async (clients: readonly ClientAddresses[]) => {
    const layout = layoutForRelease(release);
    const server = new EngineServer({
      core,
      layout,
      rank,
      clients,
      logger,
      onMessage,
      distort,
      instanceId: randomUUID(),
    });
    try {
      await server.register();
      return server;
    } catch (error) {
      await server.detach();
      throw error;
    }
  };
  if ('inputAddresses' in options) return serve(pairs(options.inputAddresses, options.outputAddresses));
  const handshake = new Handshake(options);
  try {
    const init = await handshake.start();
    await options.onInit?.(init);
    if (init.coordinatorOutput !== undefined) {
      logger.warn({ coordinator: init.coordinatorOutput }, 'the coordinator is not joined: this engine has no waves');
    }
    const server = await serve(pairs(init.inputs, init.outputs));
    await handshake.ready();
    return server;
  } finally {
    handshake.close();
  }
}

function pairs(inputs: readonly string[], outputs: readonly string[]): readonly ClientAddresses[] {
  if (inputs.length === 0 || inputs.length !== outputs.length) {
    throw new ConfigurationError('an engine core needs as many output as input addresses, and at least one');
  }
  return inputs.map((input, index) => ({ input, output: outputs[index] }));
}
