import { EngineClient } from '@app/engine-client';
import type { Engine } from '@app/engine-protocol';
import { operatorMaxModelLen, toDeployment } from './engine-deployment.js';
import type { EngineConnection } from './engine-deployment.js';

/**
 * The engine of this configuration, ready, for the only API server it has. Throws `ConfigurationError` or `UnavailableError` with one clear
 * line; nothing is left running then.
 */
export async function connectEngine(connection: EngineConnection): Promise<Engine> {
  const { config, model, logger, signal } = connection;
  const maxModelLen = operatorMaxModelLen(config, model);
  const { engineCount, ...deployment } = toDeployment(connection);
  return EngineClient.connect({
    engineCount,
    maxModelLen,
    readyTimeoutMs: config.engine.engineReadyTimeout * 1000,
    logger,
    signal,
    attachment: { type: 'handshake', ...deployment },
  });
}
