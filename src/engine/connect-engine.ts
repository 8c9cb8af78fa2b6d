import { EngineClient } from '@app/engine-client';
import type { Engine } from '@app/engine-protocol';
import { toEngineDeployment } from './engine-deployment.js';
import type { DeploymentOptions } from './engine-deployment.js';

export interface EngineConnection extends DeploymentOptions {
  /** Ends the start-up. */
  readonly signal: AbortSignal;
}

/**
 * The engine of this configuration, ready, for one process that starts it (or waits for it) and sends all requests. Throws
 * `ConfigurationError` or `UnavailableError` with one clear line; nothing is left running then.
 */
export async function connectEngine(connection: EngineConnection): Promise<Engine> {
  const { config, logger, signal } = connection;
  const { maxModelLen, engineCount, startRank, ...attachment } = toEngineDeployment(connection);
  return EngineClient.connect({
    engineCount,
    startRank,
    maxModelLen,
    readyTimeoutMs: config.engine.engineReadyTimeout * 1000,
    logger,
    signal,
    attachment: { type: 'handshake', ...attachment },
  });
}
