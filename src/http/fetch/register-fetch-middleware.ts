import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '@app/logging';
import { errorJson, toErrorFacts } from '../error-body.js';
import type { FetchMiddleware } from './fetch-middleware.js';
import { FetchStack } from './fetch-stack.js';
import { replaceHeaders, replaceRequest } from './web-request.js';
import type { ReplaceRequest } from './web-request.js';
import type { Payload } from './web-response.js';

export interface FetchMiddlewareParts {
  /** Around everything, keys included; the body is not read yet. */
  readonly gate: FetchMiddleware | undefined;
  /** Around the handler of a route; undefined where there is none. `route`: its template, undefined for a path without one. */
  readonly around: (method: string, route: string | undefined) => FetchMiddleware | undefined;
  readonly logger: Logger;
}

/**
 * Puts middleware around the routes that are registered later. An event stream is the socket's own affair: it passes untouched, and `next` resolves
 * with an answer without a body when it is over.
 */
export function registerFetchMiddleware(server: FastifyInstance, { gate, around, logger }: FetchMiddlewareParts): void {
  const stacks = new WeakMap<FastifyRequest, FetchStack>();

  const enter = async (
    middleware: FetchMiddleware | undefined,
    replace: ReplaceRequest,
    { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  ) => {
    if (!middleware) return undefined;
    const stack = stacks.get(request) ?? new FetchStack(request, reply, answerFault);
    stacks.set(request, stack);
    return stack.enter(middleware, replace);
  };

  const answerFault = (reply: FastifyReply, error: unknown): string => {
    logger.error({ err: error }, 'a middleware failed');
    const facts = toErrorFacts(new Error('a middleware failed'), { engineDead: false });
    if (!reply.sent || !reply.raw.headersSent) {
      reply.removeHeader('content-length');
      void reply.code(facts.code).header('content-type', 'application/json');
    }
    return errorJson(facts);
  };

  server.addHook('onRequest', (request, reply) => enter(gate, replaceHeaders, { request, reply }));
  server.addHook('preHandler', (request, reply) => {
    const route = request.is404 ? undefined : request.routeOptions.url;
    return enter(around(request.method, route), replaceRequest, { request, reply });
  });
  server.addHook('onSend', async (request, _reply, payload) => {
    const stack = stacks.get(request);
    return stack ? stack.leave(payload as Payload) : payload;
  });
}
