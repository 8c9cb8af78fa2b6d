import type { RequestListener, Server, ServerResponse } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { ServerConfig } from '@server/config/index';
import type { Listeners } from '@server/http/listeners';
import { withoutRootPath } from '@server/http/without-root-path';
import { answerClientError, createHttpServer } from './http-server.js';
import { readTls } from './tls/read-tls.js';

export interface AdapterParts {
  readonly config: ServerConfig;
  readonly listeners: Listeners;
}

export interface AdapterWithServers {
  readonly adapter: FastifyAdapter;
  /** Those that requests come to: the public one and, with `--admin-port`, the operators'. Made by the adapter when it is first asked for its instance. */
  readonly httpServers: readonly Server[];
}

/** For a path that cannot be decoded, and so reaches no route. */
const NOT_FOUND = '{"detail":"Not Found"}';

/** Fastify as Nest drives it, over HTTP servers of ours. The adapter makes the instance: Nest brings a release of Fastify of its own. */
export function createAdapter({ config, listeners }: AdapterParts): AdapterWithServers {
  const { http, limits } = config;
  const httpServers: Server[] = [];
  const tls = readTls(config.tls);
  const sizes = {
    maxHeaderSize: limits.maxHeaderSize,
    maxHeaderCount: limits.maxHeaderCount,
    keepAliveTimeoutMs: http.keepAliveTimeout * 1000,
    requestTimeoutMs: http.requestTimeout * 1000,
  };
  const newHttpServer = (handler: RequestListener): Server => {
    const server = createHttpServer(handler, sizes, tls);
    httpServers.push(server);
    return server;
  };
  const adapter = new FastifyAdapter({
    serverFactory: (handler: RequestListener): Server => {
      const server = newHttpServer(handler);
      // Fastify knows of the first alone.
      if (listeners.hasAdmin) newHttpServer(listeners.toAdminHandler(handler)).on('clientError', answerClientError);
      return server;
    },
    rewriteUrl: ({ url = '' }) => withoutRootPath(url, http.rootPath),
    bodyLimit: limits.maxBodySize,
    exposeHeadRoutes: false,
    forceCloseConnections: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: (_error: unknown, _request: unknown, reply: { readonly raw: ServerResponse }) => {
      const headers = { 'content-type': 'application/json', 'content-length': NOT_FOUND.length };
      reply.raw.writeHead(404, headers).end(NOT_FOUND);
    },
  });
  return { adapter, httpServers };
}
