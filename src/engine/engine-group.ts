import { Coordinator, EngineClient, EngineGroup, newClientAddresses } from '@app/engine-client';
import type { ClientAddresses } from '@app/engine-client';
import type { Logger } from '@app/logging';
import type { ServerConfig } from '@server/config/index';
import { toEngineDeployment } from './engine-deployment.js';
import type { DeploymentOptions, EngineDeployment } from './engine-deployment.js';

export type { ClientAddresses } from '@app/engine-client';

/** What an API server has to know of engines that somebody else starts. */
export interface SharedEngines extends Pick<
  EngineDeployment,
  'engineCount' | 'startRank' | 'maxModelLen' | 'release' | 'layout'
> {
  /** Where the coordinator publishes: no API server alone knows the load of the engines. Undefined for a single engine. */
  readonly coordinatorAddress: string | undefined;
}

/** The engines of several API servers, before they start: where each of the servers is to be found is known already. */
export interface PlannedEngineGroup {
  readonly engines: SharedEngines;
  /** By client index; fixed for as long as the engines live. */
  readonly clients: readonly ClientAddresses[];
  /** Resolves when every engine is ready. Throws as `connectEngine` does. */
  start(signal: AbortSignal): Promise<EngineGroup>;
  /** What is there for the engines beside their processes. */
  close(): void;
}

/** Throws `ConfigurationError`. */
export async function planEngineGroup(options: DeploymentOptions, clientCount: number): Promise<PlannedEngineGroup> {
  const { config, logger } = options;
  const { dataDirectory, maxModelLen, release, layout, ...deployment } = toEngineDeployment(options);
  const { engineCount, startRank, handshakeAddress, mixtureOfExperts } = deployment;
  const clients = await newClientAddresses({ count: clientCount, dataDirectory, handshakeAddress });
  const readyTimeoutMs = config.engine.engineReadyTimeout * 1000;
  const host = config.engine.dataParallelAddress;
  const coordinator =
    engineCount === 1
      ? undefined
      : await Coordinator.start({ engineCount, mixtureOfExperts, release, dataDirectory, host, logger });
  const coordinatorAddress = coordinator?.addresses.frontendStatsPublishAddress;
  return {
    engines: { engineCount, startRank, maxModelLen, release, layout, coordinatorAddress },
    clients,
    start: (signal) =>
      EngineGroup.start({
        ...deployment,
        coordinator: coordinator?.addresses,
        clients,
        readyTimeoutMs,
        signal,
        logger,
      }),
    close: () => coordinator?.close(),
  };
}

export interface EngineGroupMembership {
  readonly config: Pick<ServerConfig, 'engine'>;
  readonly engines: SharedEngines;
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
  const {
    config,
    engines: { coordinatorAddress, ...engines },
    clientIndex,
    clientCount,
    addresses,
    registrations,
    groupEnded,
    logger,
  } = membership;
  return EngineClient.connect({
    ...engines,
    // Whoever starts the engines waits so long for their HELLO, and so long again for READY.
    readyTimeoutMs: 2 * config.engine.engineReadyTimeout * 1000,
    clientIndex,
    clientCount,
    logger,
    attachment: {
      type: 'addresses',
      input: { address: addresses.input },
      output: { address: addresses.output },
      registrations,
      coordinatorAddress,
      groupEnded,
    },
  });
}
