import { UnavailableError } from '@app/errors';
import { isDeathSentinel } from '@app/engine-protocol';
import type { WireLayout } from '@app/engine-protocol';
import type { Logger } from '@app/logging';
import { Coordinator } from '../coordinator/coordinator.js';
import { EngineGrowth } from '../elastic-ep/engine-growth.js';
import { openRendezvous, toParallelConfig } from '../elastic-ep/rendezvous.js';
import type { Rendezvous } from '../elastic-ep/rendezvous.js';
import type { EngineGroup } from '../group/engine-group.js';
import { dataHostOf, freeTcpAddress, ipcAddress } from '../transport/data-address.js';
import { EngineLink } from '../transport/engine-link.js';
import type { SocketSource } from '../transport/socket-source.js';
import type {
  AddressAttachment,
  CheckedNumbers,
  EngineAttachment,
  HandshakeAttachment,
} from './engine-client-options.js';
import { gatherEngines } from './gather-engines.js';
import { Registrations } from './registrations.js';
import type { RegisteredEngine } from './registrations.js';

/** After the death sentinel: the exit of a process of ours says more, with its last lines. */
const EXIT_FOLLOWS_MS = 500;

export interface AttachOptions {
  readonly attachment: EngineAttachment;
  readonly numbers: CheckedNumbers;
  readonly release?: string | undefined;
  readonly layout?: WireLayout | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly logger: Logger;
}

export interface AttachedEngines {
  readonly link: EngineLink;
  /** In the order of ranks. */
  readonly engines: readonly RegisteredEngine[];
  /** When this client started them. */
  readonly group?: EngineGroup | undefined;
  /** The coordinator that is this client's own. */
  readonly coordinator?: Coordinator | undefined;
  /** Where the coordinator of the engines publishes, if they have one. */
  readonly coordinatorAddress?: string | undefined;
  /** Resolves with the reason when a process of the engines ends. */
  readonly ended?: Promise<string> | undefined;
  /** When their number can be changed. */
  readonly elastic?: ElasticParts | undefined;
  /** The engines may still run requests of an earlier process at our addresses. */
  readonly resumed: boolean;
}

export interface ElasticParts {
  readonly growth: EngineGrowth;
  /** Where the engines that are there met. */
  readonly rendezvous: Rendezvous;
  /** Where engines can meet, on this host. */
  readonly host: string;
  /** For a whole change of their number. */
  readonly timeoutMs: number;
}

/**
 * Binds the sockets, starts the engine processes (if they are ours) and waits until every engine can be sent to. When it fails, nothing
 * is left: no socket, no process.
 */
export async function attachEngines(options: AttachOptions): Promise<AttachedEngines> {
  const { attachment, numbers, release, layout, signal, logger } = options;
  const registrations = new Registrations({
    expected: numbers,
    timeoutMs: numbers.readyTimeoutMs,
    release,
    layout,
    logger,
  });
  const cancelled = new UnavailableError('the start of the engine was cancelled');
  if (signal?.aborted === true) throw cancelled;
  const cancel = (): void => registrations.fail(cancelled);
  signal?.addEventListener('abort', cancel);
  let link: EngineLink | undefined;
  try {
    link = await bindLink(attachment);
    listenForRegistrations(link, registrations);
    return attachment.type === 'handshake'
      ? await handshake(attachment, { link, registrations, options })
      : await join(attachment, { link, registrations });
  } catch (error) {
    link?.close();
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

interface Waiting {
  readonly link: EngineLink;
  readonly registrations: Registrations;
}

/** Alone with its engines: this process tells them where its sockets are. */
async function handshake(
  attachment: HandshakeAttachment,
  { link, registrations, options }: Waiting & { readonly options: AttachOptions },
): Promise<AttachedEngines> {
  const { handshakeAddress, mixtureOfExperts = false, relayedEngineCount, head } = attachment;
  const elastic = mixtureOfExperts ? attachment.elastic : undefined;
  const host = attachment.dataHost ?? dataHostOf(handshakeAddress);
  const { release, layout, logger } = options;
  const coordinator = await startCoordinator(attachment, options);
  let rendezvous: Rendezvous | undefined;
  try {
    rendezvous = elastic && (await openRendezvous(host));
    const common = {
      handshakeAddress,
      coordinator: coordinator?.addresses,
      clients: [{ input: link.inputAddress, output: link.outputAddress }],
      readyTimeoutMs: options.numbers.readyTimeoutMs,
      logger,
    };
    const { group, engines } = await gatherEngines(registrations, {
      ...options.numbers,
      ...common,
      launch: attachment.launch,
      mixtureOfExperts,
      relayedEngineCount,
      head,
      parallelConfig: rendezvous && toParallelConfig(rendezvous, options.numbers.engineCount),
    });
    return {
      link,
      engines,
      group,
      coordinator,
      coordinatorAddress: coordinator?.addresses.frontendStatsPublishAddress ?? engines[0].registration.dpStatsAddress,
      ended: group.ended,
      elastic: elastic &&
        rendezvous && {
          growth: new EngineGrowth({
            ...common,
            release,
            layout,
            launch: elastic.launch,
            elasticLimits: group.elasticLimits,
          }),
          rendezvous,
          host,
          // Until they say HELLO, and until they are ready.
          timeoutMs: 2 * options.numbers.readyTimeoutMs,
        },
      resumed: false,
    };
  } catch (error) {
    rendezvous?.close();
    coordinator?.close();
    throw error;
  }
}

async function startCoordinator(
  attachment: HandshakeAttachment,
  { numbers, release, logger }: AttachOptions,
): Promise<Coordinator | undefined> {
  const { mixtureOfExperts = false, relayedEngineCount = 0, head, elastic } = attachment;
  const { dataDirectory, dataHost, handshakeAddress } = attachment;
  const engineCount = numbers.engineCount + relayedEngineCount;
  // Dense engines run on their own, and a front end alone knows all there is to know of their load.
  if (!mixtureOfExperts || head !== undefined || (engineCount === 1 && elastic === undefined)) return undefined;
  const host = dataHost ?? dataHostOf(handshakeAddress);
  return Coordinator.start({ mixtureOfExperts, engineCount, release, dataDirectory, host, logger });
}

/** Somebody else told the engines the addresses of these sockets. */
async function join(
  { registrations: known, groupEnded, coordinatorAddress }: AddressAttachment,
  { link, registrations }: Waiting,
): Promise<AttachedEngines> {
  void groupEnded?.then((reason) => registrations.fail(new UnavailableError(reason)));
  known?.forEach((payload, engine) => registrations.acceptKnown(engine, payload));
  const engines = await registrations.wait();
  return {
    link,
    engines,
    coordinatorAddress: coordinatorAddress ?? engines[0].registration.dpStatsAddress,
    ended: groupEnded,
    resumed: known !== undefined,
  };
}

function bindLink(attachment: EngineAttachment): Promise<EngineLink> {
  if (attachment.type === 'addresses') {
    return EngineLink.bind(attachment.input, attachment.output);
  }
  const address = (): SocketSource => ({ address: newDataAddress(attachment) });
  return EngineLink.bind(address(), address(), { removeFiles: true, handover: attachment.elastic !== undefined });
}

function newDataAddress({ dataDirectory, dataHost, handshakeAddress }: HandshakeAttachment): string {
  return dataDirectory === undefined
    ? freeTcpAddress(dataHost ?? dataHostOf(handshakeAddress))
    : ipcAddress(dataDirectory);
}

function listenForRegistrations(link: EngineLink, registrations: Registrations): void {
  link.listen({
    input: (frames) => registrations.accept(frames),
    outputs: (frames) => {
      if (isDeathSentinel(frames)) {
        const fail = (): void => registrations.fail(new UnavailableError('an engine core died while it started'));
        setTimeout(fail, EXIT_FOLLOWS_MS).unref();
      }
    },
    disconnected: () => undefined,
    broken: (error) => registrations.fail(new UnavailableError('an engine socket failed', { cause: error })),
  });
}
