import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
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
  readonly engine: Engine;
  readonly state: EngineState;
  readonly admission: Admission;
  readonly inFlight: InFlight;
  readonly routes: RouteTable;
  readonly logger: Logger;
}

/** Time for the last words of ended requests to reach their clients. */
const LAST_WORDS_MS = 1_000;

/** A server that is complete; nothing reaches it before `listen`. */
export class AerieServer {
  private closing: Promise<void> | undefined;
  private bound: BoundSocket | undefined;

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

  /** Starts to accept, on a socket that is bound already or on an address; port 0 = a free one. */
  async listen(on: BoundSocket | SocketAddress): Promise<void> {
    const bound = 'handTo' in on ? on : await bindSocket({ ...on, secure: this.parts.httpServer instanceof TlsServer });
    await bound.handTo(this.parts.httpServer);
    this.bound = bound;
  }

  /**
   * Leaves a port that others serve on: takes no new connection, answers what still comes over the open ones while their clients are asked
   * to connect anew, and closes when the last is gone, after `timeoutMs` at the latest. Unlike `close` it refuses nobody.
   */
  async retire({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    const { httpServer, state } = this.parts;
    state.retire();
    // An HTTP server's own `close` would cut idle connections, and with them a request that is on its way.
    const gone = new Promise<void>((resolve) => NetServer.prototype.close.call(httpServer, () => resolve()));
    await within(timeoutMs, gone);
    await this.close();
  }

  /**
   * Probes fail, nothing new is accepted, running answers get `drainTimeoutMs` to finish, the engine ends what is left, every
   * connection closes. The same promise for every call.
   */
  close({ drainTimeoutMs = 0 }: { readonly drainTimeoutMs?: number | undefined } = {}): Promise<void> {
    this.closing ??= this.shutDown(drainTimeoutMs);
    return this.closing;
  }

  private async shutDown(drainTimeoutMs: number): Promise<void> {
    const { app, httpServer, engine, state, admission, inFlight, logger } = this.parts;
    state.drain();
    admission.drain();
    const stopped = this.stopAccepting();
    if (inFlight.count > 0) {
      logger.info({ requests: inFlight.count, timeoutMs: drainTimeoutMs }, 'finishing what runs');
    }
    if (!(await inFlight.idle(drainTimeoutMs))) {
      logger.warn({ requests: inFlight.count }, 'ending the requests that still run');
    }
    await engine.close({ drainTimeoutMs: 0 });
    await inFlight.idle(LAST_WORDS_MS);
    httpServer.closeAllConnections();
    await stopped;
    admission.close();
    await app.close();
  }

  private stopAccepting(): Promise<void> {
    const { httpServer } = this.parts;
    if (!httpServer.listening) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      httpServer.close(() => resolve());
      httpServer.closeIdleConnections();
    });
  }
}
