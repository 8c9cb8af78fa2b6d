import { UnavailableError } from '@app/errors';
import { isDeathSentinel } from '@app/engine-protocol';
import type { Logger } from '@app/logging';
import { EngineGroup } from '../group/engine-group.js';
import { dataHostOf, freeTcpAddress, ipcAddress } from '../transport/data-address.js';
import { EngineLink } from '../transport/engine-link.js';
import type {
  AddressAttachment,
  CheckedNumbers,
  EngineAttachment,
  HandshakeAttachment,
} from './engine-client-options.js';
import { Registrations } from './registrations.js';
import type { RegisteredEngine } from './registrations.js';

/** After the death sentinel: the exit of a process of ours says more, with its last lines. */
const EXIT_FOLLOWS_MS = 500;

export interface AttachOptions {
  readonly attachment: EngineAttachment;
  readonly numbers: CheckedNumbers;
  readonly release?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly logger: Logger;
}

export interface AttachedEngines {
  readonly link: EngineLink;
  /** In the order of ranks. */
  readonly engines: readonly RegisteredEngine[];
  /** When this client started them. */
  readonly group?: EngineGroup | undefined;
  /** Resolves with the reason when a process of the engines ends. */
  readonly ended?: Promise<string> | undefined;
  /** The engines may still run requests of an earlier process at our addresses. */
  readonly resumed: boolean;
}

/**
 * Binds the sockets, starts the engine processes (if they are ours) and waits until every engine can be sent to. When it fails, nothing
 * is left: no socket, no process.
 */
export async function attachEngines(options: AttachOptions): Promise<AttachedEngines> {
  const { attachment, numbers, release, signal, logger } = options;
  const registrations = new Registrations({
    expected: numbers,
    timeoutMs: numbers.readyTimeoutMs,
    release,
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
  const failure = new AbortController();
  registrations.finished.catch((error: unknown) => failure.abort(error));
  const group = await EngineGroup.start({
    ...options.numbers,
    handshakeAddress: attachment.handshakeAddress,
    launch: attachment.launch,
    clients: [{ input: link.inputAddress, output: link.outputAddress }],
    signal: failure.signal,
    logger: options.logger,
  });
  try {
    void group.ended.then((reason) => registrations.fail(new UnavailableError(reason)));
    const engines = (await registrations.wait()).map((engine, index) => withBlocks(engine, group.numGpuBlocks[index]));
    return { link, engines, group, ended: group.ended, resumed: false };
  } catch (error) {
    await group.stop();
    throw error;
  }
}

/** Somebody else told the engines the addresses of these sockets. */
async function join(
  { registrations: known, groupEnded }: AddressAttachment,
  { link, registrations }: Waiting,
): Promise<AttachedEngines> {
  void groupEnded?.then((reason) => registrations.fail(new UnavailableError(reason)));
  known?.forEach((payload, engine) => registrations.acceptKnown(engine, payload));
  return { link, engines: await registrations.wait(), ended: groupEnded, resumed: known !== undefined };
}

/** Releases 0.17 to 0.19 tell their blocks in READY. */
function withBlocks(engine: RegisteredEngine, numGpuBlocks: number | undefined): RegisteredEngine {
  return numGpuBlocks === undefined ? engine : { ...engine, registration: { numGpuBlocks, ...engine.registration } };
}

function bindLink(attachment: EngineAttachment): Promise<EngineLink> {
  if (attachment.type === 'addresses') {
    return EngineLink.bind(attachment.inputAddress, attachment.outputAddress);
  }
  const address = (): string => newDataAddress(attachment);
  return EngineLink.bind(address(), address(), { removeFiles: true });
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
