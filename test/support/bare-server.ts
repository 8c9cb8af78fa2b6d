import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { silentLogger } from '@app/logging';
import { HttpMetrics } from '@app/metrics';
import { createHttpServer } from '@server/bootstrap/http-server';
import { ApiKeys } from '@server/http/api-keys';
import { AuthGuard } from '@server/http/auth.guard';
import { registerHttpHooks, registerRequestContext } from '@server/http/http-hooks';
import { Listeners } from '@server/http/listeners';
import { RouteTable } from '@server/http/route-table';
import { ScalingGuard } from '@server/http/scaling.guard';

export interface BareServer {
  readonly url: string;
  readonly registry: Registry;
  /** What the routes see of the engine. */
  readonly engineState: { engineDead: boolean };
  readonly close: () => Promise<void>;
}

/** The HTTP frame without the application: the test brings the routes. */
export async function startBareServer(addRoutes: (server: FastifyInstance) => void): Promise<BareServer> {
  let http: Server | undefined;
  const fastify = Fastify({
    serverFactory: (handler) => {
      http = createHttpServer(handler, {
        maxHeaderSize: 16_384,
        maxHeaderCount: 100,
        keepAliveTimeoutMs: 5000,
        requestTimeoutMs: 60_000,
      });
      return http;
    },
  });
  const registry = new Registry();
  const engineState = { engineDead: false };
  registerRequestContext(fastify, {
    engineState,
    logger: silentLogger,
    accessLog: undefined,
    quietPaths: new Set(),
  });
  registerHttpHooks(fastify, {
    scaling: new ScalingGuard({ scaling: { type: 'steady' } }),
    auth: new AuthGuard(new ApiKeys([]), { scope: 'all' }),
    cors: { allowedOrigins: ['*'], allowedMethods: ['*'], allowedHeaders: ['*'], allowCredentials: false },
    routes: new RouteTable(),
    listeners: new Listeners(false),
    jsonLimits: { maxDepth: 64, maxNodes: 1000 },
    maxHeaderCount: 100,
    maxStreamBuffer: 4 * 1024 * 1024,
    sseKeepAliveMs: 50,
    middleware: [],
    requestIdHeaders: true,
    maxRequestMs: undefined,
    metrics: new HttpMetrics(registry),
    logger: silentLogger,
  });
  addRoutes(fastify);
  await fastify.ready();
  if (!http) {
    throw new Error('no server was made');
  }
  const server = http;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    registry,
    engineState,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await fastify.close();
    },
  };
}
