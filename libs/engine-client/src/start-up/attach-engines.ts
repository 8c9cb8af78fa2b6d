import { receiveLoop } from '@app/async';
import { UnavailableError } from '@app/errors';
import { encodeInit, isDeathSentinel } from '@app/engine-protocol';
import type { WireLayout } from '@app/engine-protocol';
import type { Logger } from '@app/logging';
import type { ManagedEngineProcess } from '../managed-process/managed-engine-process.js';
import { dataHostOf, freeTcpAddress, ipcAddress } from '../transport/data-address.js';
import { bindHandshakeSocket, EngineLink } from '../transport/engine-link.js';
import type { CheckedNumbers, EngineAttachment, HandshakeAttachment } from './engine-client-options.js';
import { HandshakeState } from './handshake-state.js';
import { StartUp } from './start-up.js';
import type { RegisteredEngine } from './start-up.js';

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
  readonly children: readonly ManagedEngineProcess[];
  /** In the order of ranks. */
  readonly engines: readonly RegisteredEngine[];
}

/**
 * Binds the sockets, starts the engine processes (if they are ours) and waits until every engine can be sent to. When it fails, nothing
 * is left: no socket, no process.
 */
export async function attachEngines(options: AttachOptions): Promise<AttachedEngines> {
  const { attachment, numbers, release, layout, signal, logger } = options;
  const handshakes = attachment.type === 'handshake';
  const link = await bindLink(attachment);
  const startUp = new StartUp({
    expected: numbers,
    handshake: handshakes ? new HandshakeState(numbers) : undefined,
    timeoutMs: numbers.readyTimeoutMs,
    release,
    layout,
    logger,
  });
  const cancel = (): void => startUp.fail(new UnavailableError('the start of the engine was cancelled'));
  signal?.addEventListener('abort', cancel);
  let children: readonly ManagedEngineProcess[] = [];
  let closeHandshake = (): void => undefined;
  try {
    if (signal?.aborted === true) {
      cancel();
      await startUp.finished;
    }
    listenForStartUp(link, startUp);
    if (handshakes) {
      const handshake = await openHandshake(attachment.handshakeAddress, { link, startUp });
      closeHandshake = handshake.close;
      children = attachment.launch?.(handshake.address) ?? [];
    }
    children.forEach((child) => failOnExit(child, startUp));
    return { link, children, engines: await startUp.finished };
  } catch (error) {
    startUp.fail(new UnavailableError('the start of the engine failed', { cause: error }));
    link.close();
    await Promise.all(children.map((child) => child.stop()));
    throw error;
  } finally {
    closeHandshake();
    signal?.removeEventListener('abort', cancel);
  }
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

function listenForStartUp(link: EngineLink, startUp: StartUp): void {
  link.listen({
    input: (frames) => startUp.registration(frames),
    outputs: (frames) => {
      if (isDeathSentinel(frames)) {
        const fail = (): void => startUp.fail(new UnavailableError('an engine core died while it started'));
        setTimeout(fail, EXIT_FOLLOWS_MS).unref();
      }
    },
    disconnected: () => undefined,
    broken: (error) => startUp.fail(new UnavailableError('an engine socket failed', { cause: error })),
  });
}

function failOnExit(child: ManagedEngineProcess, startUp: StartUp): void {
  void child.exited.then(() => startUp.fail(new UnavailableError(child.obituary)));
}

interface HandshakeParts {
  readonly link: EngineLink;
  readonly startUp: StartUp;
}

/** Answers every HELLO with INIT until it is closed. */
async function openHandshake(
  bindAddress: string,
  { link, startUp }: HandshakeParts,
): Promise<{ readonly address: string; readonly close: () => void }> {
  const router = await bindHandshakeSocket(bindAddress);
  const init = encodeInit({ inputs: [link.inputAddress], outputs: [link.outputAddress], parallelConfig: {} });
  const broken = (error: unknown): void =>
    startUp.fail(new UnavailableError('the handshake socket failed', { cause: error }));
  let sending = Promise.resolve();
  receiveLoop(router, (frames) => {
    const identity = startUp.handshake(frames);
    if (identity !== undefined) {
      sending = sending.then(() => router.send([identity, init])).catch(broken);
    }
  }).catch(broken);
  return { address: router.lastEndpoint ?? bindAddress, close: () => router.close() };
}
