import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Server as TlsServer } from 'node:tls';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { within } from '@app/async';
import type { Engine } from '@app/engine-protocol';
import type { Logger } from '@app/logging';
import type { EngineState } from '@server/engine/engine-state';
import type { Admission } from '@server/http/admission';
import type { RouteTable } from '@server/http/route-table';
import { bindSocket } from './bind-socket.js';
import type { BoundSocket, SocketAddress } from './bind-socket.js';
import type { InFlight } from './in-flight.js';

export interface AerieServerParts {
  readonly app: NestFastifyApplication;
  readonly httpServer: Server;
  /** With `--admin-port`: the listener of control routes and metrics. */
  readonly adminServer?: Server | undefined;
  readonly engine: Engine;
  readonly state: EngineState;
  readonly admission: Admission;
  readonly inFlight: InFlight;
  /** Ends what is generated: clients get what there is, with finish reason `abort`. */
  readonly abortAll: () => void;
  readonly routes: RouteTable;
  readonly logger: Logger;
}

export interface ShutdownTimes {
  /** For load balancers to notice that probes fail, while requests are still served; default 0. */
  readonly delayMs?: number | undefined;
  /** For running answers to finish; default 0. */
  readonly drainTimeoutMs?: number | undefined;
}

/** Time for the last words of ended requests to reach their clients. */
const LAST_WORDS_MS = 1_000;

/** A server that is complete; nothing reaches it before `listen`. */
export class AerieServer {
  private closing: Promise<void> | undefined;
  private bound: BoundSocket | undefined;
  private adminBound: BoundSocket | undefined;

  constructor(private readonly parts: AerieServerParts) {}

  /** Every route with its method. */
  get routes(): RouteTable['routes'] {
    return this.parts.routes.routes;
  }

  /** Where it listens: `http://127.0.0.1:8000`. Throws before `listen`. */
  get url(): string {
    if (!this.bound) {
      throw new Error('the server does not listen yet');
    }
    return this.bound.url;
  }

  /** Where control routes and metrics are, with `--admin-port`. */
  get adminUrl(): string | undefined {
    return this.adminBound?.url;
  }

  /** Starts to accept, on sockets that are bound already or on addresses; port 0 = a free one. `admin`: with `--admin-port`. */
  async listen(on: BoundSocket | SocketAddress, admin?: BoundSocket | SocketAddress): Promise<void> {
    const { httpServer, adminServer } = this.parts;
    // Operators first: whoever sees the port finds the probes too.
    if (admin && adminServer) this.adminBound = await listenOn(adminServer, admin);
    this.bound = await listenOn(httpServer, on);
  }

  /**
   * Leaves a port that others serve on: takes no new connection, answers what still comes over the open ones while their clients are asked
   * to connect anew, and closes when the last is gone, after `timeoutMs` at the latest. Unlike `close` it refuses nobody.
   */
  async retire({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    this.parts.state.retire();
    // An HTTP server's own `close` would cut idle connections, and with them a request that is on its way.
    const gone = this.httpServers.map(
      (server) => new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve())),
    );
    await within(
      timeoutMs,
      Promise.all(gone).then(() => undefined),
    );
    await this.close();
  }

  /**
   * Probes fail; after `delayMs` nothing new is accepted, running answers get `drainTimeoutMs` to finish, the engine ends what is left, every
   * connection closes. The same promise for every call.
   */
  close(times: ShutdownTimes = {}): Promise<void> {
    this.closing ??= this.shutDown(times);
    return this.closing;
  }

  private async shutDown({ delayMs = 0, drainTimeoutMs = 0 }: ShutdownTimes): Promise<void> {
    const { app, engine, state, admission, inFlight, logger } = this.parts;
    state.drain();
    if (delayMs > 0) {
      logger.info({ delayMs }, 'probes fail from now on; requests are still served');
      await pause(delayMs);
    }
    admission.drain();
    const { httpServer, adminServer } = this.parts;
    const stopped = stopAccepting(httpServer);
    if (inFlight.count > 0) {
      logger.info({ requests: inFlight.count, timeoutMs: drainTimeoutMs }, 'finishing what runs');
    }
    if (!(await inFlight.idle(drainTimeoutMs))) {
      logger.warn({ requests: inFlight.count }, 'ending the requests that still run');
      this.parts.abortAll();
    }
    await engine.close({ drainTimeoutMs: 0 });
    await inFlight.idle(LAST_WORDS_MS);
    // Operators see the end of it.
    const adminStopped = adminServer && stopAccepting(adminServer);
    this.httpServers.forEach((server) => server.closeAllConnections());
    await Promise.all([stopped, adminStopped]);
    admission.close();
    await app.close();
  }

  private get httpServers(): readonly Server[] {
    const { httpServer, adminServer } = this.parts;
    return adminServer ? [httpServer, adminServer] : [httpServer];
  }
}

async function stopAccepting(server: Server): Promise<void> {
  if (!server.listening) return;
  const gone = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await gone;
}

async function listenOn(server: Server, on: BoundSocket | SocketAddress): Promise<BoundSocket> {
  const bound = 'handTo' in on ? on : await bindSocket({ ...on, secure: server instanceof TlsServer });
  await bound.handTo(server);
  return bound;
}
