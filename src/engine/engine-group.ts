import { EngineClient, EngineGroup, newClientAddresses } from '@app/engine-client';
import type { ClientAddresses } from '@app/engine-client';
import type { Logger } from '@app/logging';
import type { ModelDescription } from '@app/model-repository';
import type { ServerConfig } from '@server/config/index';
import { operatorMaxModelLen, toDeployment } from './engine-deployment.js';
import type { EngineConnection } from './engine-deployment.js';

export type { ClientAddresses } from '@app/engine-client';

/** The engines of several API servers, before they start: where each of the servers is to be found is known already. */
export interface PlannedEngineGroup {
  /** By client index; fixed for as long as the engines live. */
  readonly clients: readonly ClientAddresses[];
  /** Resolves when every engine is ready. Throws as `connectEngine` does. */
  start(signal: AbortSignal): Promise<EngineGroup>;
}

/** Throws `ConfigurationError`. */
export async function planEngineGroup(connection: EngineConnection, clientCount: number): Promise<PlannedEngineGroup> {
  const { config, logger } = connection;
  const { dataDirectory, handshakeAddress, ...deployment } = toDeployment(connection);
  const clients = await newClientAddresses({ count: clientCount, dataDirectory, handshakeAddress });
  return {
    clients,
    start: (signal) =>
      EngineGroup.start({
        ...deployment,
        handshakeAddress,
        clients,
        readyTimeoutMs: config.engine.engineReadyTimeout * 1000,
        signal,
        logger,
      }),
  };
}

export interface EngineGroupMembership {
  readonly config: ServerConfig;
  readonly model: ModelDescription;
  readonly clientIndex: number;
  readonly clientCount: number;
  readonly addresses: ClientAddresses;
  /** What the engines told an earlier process at these addresses. */
  readonly registrations?: readonly Buffer[] | undefined;
  /** Resolves with the reason when the group has ended. */
  readonly groupEnded: Promise<string>;
  readonly logger: Logger;
}

/** The engine of one of several API servers; somebody else started it. Throws as `connectEngine` does. */
export function joinEngineGroup(membership: EngineGroupMembership): Promise<EngineClient> {
  const { config, model, clientIndex, clientCount, addresses, registrations, groupEnded, logger } = membership;
  const { dataParallelSize, engineReadyTimeout } = config.engine;
  return EngineClient.connect({
    engineCount: dataParallelSize,
    maxModelLen: operatorMaxModelLen(config, model),
    // Whoever starts the engines waits so long for their HELLO, and so long again for READY.
    readyTimeoutMs: 2 * engineReadyTimeout * 1000,
    clientIndex,
    clientCount,
    logger,
    attachment: {
      type: 'addresses',
      inputAddress: addresses.input,
      outputAddress: addresses.output,
      registrations,
      groupEnded,
    },
  });
}
