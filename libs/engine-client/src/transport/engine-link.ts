import { rmSync } from 'node:fs';
import { Pull, Router } from 'zeromq';
import { receiveLoop } from '@app/async';
import { ConfigurationError } from '@app/errors';
import { isLocalAddress } from './data-address.js';
import { zmqContext } from './zmq-context.js';

/** Loss of a remote host shows by missing heartbeats only: asked for every 2 s, given up after 10 s. */
const HEARTBEAT = { heartbeatInterval: 2_000, heartbeatTimeout: 10_000 } as const;

/** Registrations and handshakes are small; anyone who can connect can send. */
const MAX_START_UP_MESSAGE_BYTES = 1 << 20;

export interface LinkHandlers {
  /** Frames of one message from an engine: `[payload, aux...]` or the death sentinel. */
  outputs(frames: Buffer[]): void;
  /** `[identity, payload]` on the input socket: registrations. */
  input(frames: Buffer[]): void;
  /** A connection to either socket ended; ZeroMQ does not tell whose. */
  disconnected(): void;
  /** A socket failed, or a handler threw: nothing more arrives. */
  broken(error: unknown): void;
}

/** The two data sockets of one front-end process: ROUTER for requests, PULL for outputs. The front end binds, the engines connect. */
export class EngineLink {
  private readonly router: Router;
  private readonly pull: Pull;
  private handlers: LinkHandlers | undefined;

  private constructor(
    inputAddress: string,
    outputAddress: string,
    private readonly removeFiles: boolean,
  ) {
    const inbound = { context: zmqContext, linger: 0, receiveHighWaterMark: 0 };
    this.router = new Router({
      ...inbound,
      ...networkOptions(inputAddress),
      mandatory: true,
      sendHighWaterMark: 0,
      // zeromq.js otherwise waits for POLLOUT before it tries, and a mandatory ROUTER without any peer is never writable: no EHOSTUNREACH, no end.
      sendTimeout: 0,
      maxMessageSize: MAX_START_UP_MESSAGE_BYTES,
    });
    this.pull = new Pull({ ...inbound, ...networkOptions(outputAddress) });
  }

  /**
   * `removeFiles`: the addresses are this link's alone, so `close` removes the files of `ipc` sockets (ZeroMQ leaves them).
   * Throws `ConfigurationError` when an address cannot be bound.
   */
  static async bind(
    inputAddress: string,
    outputAddress: string,
    { removeFiles = false }: { readonly removeFiles?: boolean } = {},
  ): Promise<EngineLink> {
    const link = new EngineLink(inputAddress, outputAddress, removeFiles);
    try {
      await bindSocket(link.router, inputAddress);
      await bindSocket(link.pull, outputAddress);
      return link;
    } catch (error) {
      link.close();
      throw error;
    }
  }

  /** What engines connect to: a wildcard port is resolved. */
  get inputAddress(): string {
    return this.router.lastEndpoint ?? '';
  }

  get outputAddress(): string {
    return this.pull.lastEndpoint ?? '';
  }

  /** Starts receiving; called again, it hands what comes from now on to the new handlers. */
  listen(handlers: LinkHandlers): void {
    const started = this.handlers !== undefined;
    this.handlers = handlers;
    if (started) {
      return;
    }
    for (const socket of [this.router, this.pull]) {
      socket.events.on('disconnect', () => {
        if (!socket.closed) {
          this.handlers?.disconnected();
        }
      });
    }
    receiveLoop(this.router, (frames) => this.handlers?.input(frames)).catch((error) => this.handlers?.broken(error));
    receiveLoop(this.pull, (frames) => this.handlers?.outputs(frames)).catch((error) => this.handlers?.broken(error));
  }

  /** One at a time. Rejects with EHOSTUNREACH when no engine with this identity is connected. */
  send(identity: Buffer, frames: readonly Buffer[]): Promise<void> {
    return this.router.send([identity, ...frames]);
  }

  close(): void {
    for (const socket of [this.router, this.pull]) {
      const path = /^ipc:\/\/(.+)$/.exec(socket.closed ? '' : (socket.lastEndpoint ?? ''))?.[1];
      socket.close();
      if (this.removeFiles && path !== undefined) {
        rmSync(path, { force: true });
      }
    }
  }
}

/** The ROUTER that engines say HELLO to. */
export async function bindHandshakeSocket(address: string): Promise<Router> {
  const router = new Router({
    context: zmqContext,
    linger: 0,
    ...networkOptions(address),
    maxMessageSize: MAX_START_UP_MESSAGE_BYTES,
  });
  try {
    await bindSocket(router, address);
    return router;
  } catch (error) {
    router.close();
    throw error;
  }
}

function networkOptions(address: string): { readonly ipv6: boolean } {
  return { ipv6: address.includes('['), ...(isLocalAddress(address) ? {} : HEARTBEAT) };
}

async function bindSocket(socket: Router | Pull, address: string): Promise<void> {
  try {
    await socket.bind(address);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`engine address ${address} cannot be bound: ${reason}`, { cause: error });
  }
}
