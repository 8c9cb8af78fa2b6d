import {
  Coordinator,
  EngineClient,
  EngineGroup,
  newClientAddresses,
  RestartingEngine,
  RestartSchedule,
} from '@app/engine-client';
import type { ClientAddresses } from '@app/engine-client';
import type { Engine } from '@app/engine-protocol';
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
  const whole = toEngineDeployment(options);
  const { dataDirectory, maxModelLen, release, layout, ...deployment } = whole;
  const { engineCount, startRank, handshakeAddress } = deployment;
  const clients = await newClientAddresses({ count: clientCount, dataDirectory, handshakeAddress });
  const readyTimeoutMs = config.engine.engineReadyTimeout * 1000;
  const coordinator = await startCoordinator(whole, options);
  const coordinatorAddress = coordinator?.addresses.frontendStatsPublishAddress;
  return {
    engines: { engineCount, startRank, maxModelLen, release, layout, coordinatorAddress },
    clients,
    start: (signal) => {
      coordinator?.reset();
      return EngineGroup.start({
        ...deployment,
        coordinator: coordinator?.addresses,
        clients,
        readyTimeoutMs,
        signal,
        logger,
      });
    },
    close: () => coordinator?.close(),
  };
}

/** Its engines count from rank 0; later nodes are coordinated by that of rank 0, or, with dense engines, balance by what they send themselves. */
async function startCoordinator(
  { engineCount, startRank, relayedEngineCount = 0, mixtureOfExperts, release, dataDirectory }: EngineDeployment,
  { config, logger }: DeploymentOptions,
): Promise<Coordinator | undefined> {
  const all = engineCount + relayedEngineCount;
  if (all === 1 || startRank > 0) return undefined;
  const host = config.engine.dataParallelAddress;
  return Coordinator.start({ engineCount: all, mixtureOfExperts, release, dataDirectory, host, logger });
}

/** When a group that ended may be started again. */
export function newRestartSchedule(): RestartSchedule {
  return new RestartSchedule();
}

export interface EngineGroupMembership {
  readonly config: Pick<ServerConfig, 'engine'>;
  readonly engines: SharedEngines;
  readonly clientIndex: number;
  readonly clientCount: number;
  readonly addresses: ClientAddresses;
  /** What the engines told an earlier process at these addresses. */
  readonly registrations?: readonly Buffer[] | undefined;
  /** Between this server and whoever starts the engines. */
  readonly launcher: EngineLauncher;
  readonly logger: Logger;
}

/** Whoever starts the engines of several API servers, as one of these sees it. */
export interface EngineLauncher {
  /** Resolves with the reason when the engines that run now have ended. */
  readonly engineEnded: Promise<string>;
  /** The engines have registered here. */
  joined(engine: Pick<EngineClient, 'registrations' | 'supportedTasks'>): Promise<void>;
  /** Found here. */
  engineDied(reason: string): void;
  /** The sockets of the old engines are closed; new ones may come. */
  awaitingEngines(): Promise<void>;
}

/** The engine of one of several API servers; somebody else starts it, and starts it again. Throws as `connectEngine` does. */
export function joinEngineGroup(membership: EngineGroupMembership): Promise<Engine> {
  const { config, launcher, logger } = membership;
  if (!config.engine.engineRestart) return joinOnce(membership);
  let lives = 0;
  const connect = async (signal: AbortSignal): Promise<Engine> => {
    if (++lives === 1) return joinOnce(membership, signal);
    await launcher.awaitingEngines();
    return joinOnce({ ...membership, registrations: undefined }, signal);
  };
  // How often is for the launcher to decide.
  return RestartingEngine.start({ connect, maxAttempts: Infinity, backoffMs: 0, logger }, new AbortController().signal);
}

async function joinOnce(membership: EngineGroupMembership, signal?: AbortSignal): Promise<EngineClient> {
  const { config, clientIndex, clientCount, addresses, registrations, launcher, logger } = membership;
  const { coordinatorAddress, ...engines } = membership.engines;
  const { engineEnded: groupEnded } = launcher;
  const client = await EngineClient.connect({
    ...engines,
    // Whoever starts the engines waits so long for their HELLO, and so long again for READY.
    readyTimeoutMs: 2 * config.engine.engineReadyTimeout * 1000,
    clientIndex,
    clientCount,
    signal,
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
  await launcher.joined(client);
  client.onDeath((reason) => launcher.engineDied(reason));
  return client;
}
