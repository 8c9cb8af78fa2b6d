import { Pull, Router } from 'zeromq';
import { receiveLoop } from '@app/async';
import { bindSocket, closeAndRemove } from './bind-socket.js';
import { networkOptions } from './network-options.js';
import { toBindPlan } from './socket-source.js';
import type { BindPlan, SocketSource } from './socket-source.js';
import { zmqContext } from './zmq-context.js';

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
  private readonly router: AdoptingRouter;
  private readonly pull: AdoptingPull;
  private handlers: LinkHandlers | undefined;

  private constructor(
    input: BindPlan,
    output: BindPlan,
    private readonly removeFiles: boolean,
    handover: boolean,
  ) {
    const inbound = { context: zmqContext, linger: 0, receiveHighWaterMark: 0 };
    this.router = new AdoptingRouter({
      ...inbound,
      ...networkOptions(input.address, input.local),
      mandatory: true,
      handover,
      sendHighWaterMark: 0,
      // zeromq.js otherwise waits for POLLOUT before it tries, and a mandatory ROUTER without any peer is never writable: no EHOSTUNREACH, no end.
      sendTimeout: 0,
      maxMessageSize: MAX_START_UP_MESSAGE_BYTES,
    });
    this.pull = new AdoptingPull({ ...inbound, ...networkOptions(output.address, output.local) });
  }

  /**
   * `removeFiles`: the addresses are this link's alone, so `close` removes the files of `ipc` sockets (ZeroMQ leaves them). `handover`: an
   * engine that comes takes over the identity of one that left, whose connection may still be there.
   * Throws `ConfigurationError` when an address cannot be bound, or a descriptor is no listening socket.
   */
  static async bind(
    input: SocketSource,
    output: SocketSource,
    { removeFiles = false, handover = false }: { readonly removeFiles?: boolean; readonly handover?: boolean } = {},
  ): Promise<EngineLink> {
    const [inputPlan, outputPlan] = [toBindPlan(input), toBindPlan(output)];
    const link = new EngineLink(inputPlan, outputPlan, removeFiles, handover);
    try {
      await bindOrAdopt(link.router, inputPlan);
      await bindOrAdopt(link.pull, outputPlan);
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
      if (this.removeFiles) closeAndRemove(socket);
      else socket.close();
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

/** ZMQ_USE_FD: the next `bind` takes this descriptor in the place of a new one. zeromq.js has no name for it. */
const USE_FD = 89;

class AdoptingRouter extends Router {
  adopt(fd: number): void {
    this.setInt32Option(USE_FD, fd);
  }
}

class AdoptingPull extends Pull {
  adopt(fd: number): void {
    this.setInt32Option(USE_FD, fd);
  }
}

function bindOrAdopt(socket: AdoptingRouter | AdoptingPull, { address, fd }: BindPlan): Promise<string> {
  if (fd !== undefined) {
    socket.adopt(fd);
  }
  return bindSocket(socket, address);
}
