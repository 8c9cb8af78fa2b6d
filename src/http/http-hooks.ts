import { BadRequestException, HttpException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { InternalError, InvalidRequestError, PermissionDeniedError } from '@app/errors';
import type { Logger } from '@app/logging';
import type { HttpMetrics } from '@app/metrics';
import { errorJson, toErrorFacts } from './error-body.js';
import { corsHeaders, toPreflight } from './cors.js';
import type { CorsRules } from './cors.js';
import type { AuthGuard } from './auth.guard.js';
import { toTimeoutMs } from './deadline-header.js';
import { hasTwoHosts, isPlainHost } from './host-header.js';
import type { Listeners } from './listeners.js';
import type { JsonLimits } from './parse-json-text.js';
import { randomUUID } from 'node:crypto';
import { runMiddleware } from './middleware.js';
import type { Middleware } from './middleware.js';
import { RequestContext, attachContext, contextOf } from './request-context.js';
import type { Route, RouteTable } from './route-table.js';
import type { ScalingGuard } from './scaling.guard.js';
import { DEFAULT_SCOPE } from './scope.decorator.js';

export interface RequestContextParts {
  readonly engineState: { readonly engineDead: boolean };
  readonly logger: Logger;
  /** One line per answered request; undefined = none. */
  readonly accessLog: Logger | undefined;
  /** Paths without an access line. */
  readonly quietPaths: ReadonlySet<string>;
}

export interface HttpHookParts {
  /** Of the operator, outermost first: around everything but the access line. */
  readonly middleware: readonly Middleware[];
  readonly scaling: ScalingGuard;
  readonly auth: AuthGuard;
  readonly cors: CorsRules;
  readonly routes: RouteTable;
  readonly listeners: Listeners;
  readonly jsonLimits: JsonLimits;
  readonly maxHeaderCount: number;
  /** Bytes of one stream that may wait for a slow reader. */
  readonly maxStreamBuffer: number;
  /** Silence of a stream before a comment line; 0 = any. */
  readonly sseKeepAliveMs: number;
  /** Answers carry `X-Request-Id`. */
  readonly requestIdHeaders: boolean;
  /** No request may take longer; undefined = as long as it takes. */
  readonly maxRequestMs: number | undefined;
  readonly metrics: HttpMetrics;
  /** Hears what a middleware failed with. */
  readonly logger: Logger;
}

/** A reader of an answer that takes nothing for this long is cut off. */
const STALLED_READER_MS = 60_000;
const SCALING = '{"error":"The model is currently scaling. Please try again later."}';
/** Handlers without HTTP metrics: a substring search, as vLLM's instrumentation makes it (metrics.md §3). */
const UNCOUNTED_HANDLERS = /\/metrics|\/health|\/load|\/ping|\/version|\/server_info/;

/** Gives every request its context and its access line. Comes before all that looks at requests. */
export function registerRequestContext(server: FastifyInstance, parts: RequestContextParts): void {
  const warnOfTraces = traceWarning(parts.logger);
  server.addHook('onRequest', (request, reply, next) => {
    attachContext(request, new RequestContext(request.raw, reply.raw, parts.engineState));
    logAnswer(parts, request, reply);
    warnOfTraces(request);
    next();
  });
}

/**
 * What happens to every request around its route, outermost first: checks of the request line and headers, scaling, request id, key,
 * CORS, counting. A client that left while the hooks before were at work needs none of it.
 * Hooks and not guards, because they must run before the body is read and for requests that no route takes.
 */
export function registerHttpHooks(server: FastifyInstance, parts: HttpHookParts): void {
  const { routes, jsonLimits } = parts;
  server.decorate('jsonLimits', jsonLimits);
  server.decorate('maxStreamBuffer', parts.maxStreamBuffer);
  server.decorate('sseKeepAliveMs', parts.sseKeepAliveMs);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.addHook('onRoute', ({ method, url, config }) => routes.add(url, [method].flat(), config?.scope));
  if (parts.middleware.length > 0) {
    server.addHook('onRequest', (request, reply, next) => {
      if (reply.raw.destroyed) return;
      runAround(parts, { request, reply }, next);
    });
  }
  server.addHook('onRequest', (request, reply, next) => {
    if (reply.raw.destroyed) return;
    const route = routeOf(parts, request);
    if (refuse(parts, { request, reply, route }) || answerPreflight(parts, request, reply)) {
      return;
    }
    countAnswer(parts, { request, reply, route });
    if (route === undefined && !request.is404) {
      reply.callNotFound();
      return;
    }
    if (limitTime(parts, { request, reply, route })) next();
  });
  server.addHook('onSend', (_request, reply, payload, next) => {
    // Fastify adds a charset that vLLM's JSON answers do not have.
    if (reply.getHeader('content-type') === 'application/json; charset=utf-8') {
      void reply.header('content-type', 'application/json');
    }
    reply.raw.socket?.setTimeout(STALLED_READER_MS);
    next(null, payload);
  });
}

type RoutePlace = Pick<Route, 'path' | 'scope'>;

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Undefined: no route takes the request, or none that its listener shows. */
  readonly route: RoutePlace | undefined;
}

function routeOf({ listeners }: HttpHookParts, { is404, raw, routeOptions }: FastifyRequest): RoutePlace | undefined {
  const { url: path, config } = routeOptions;
  const { scope = DEFAULT_SCOPE } = config;
  return is404 || path === undefined || !listeners.shows(raw, scope) ? undefined : { path, scope };
}

/** Once: nobody follows the traces that clients begin (errors-auth-middleware.md §3.9). */
function traceWarning(logger: Logger): (request: FastifyRequest) => void {
  let isTold = false;
  return ({ headers }) => {
    if (isTold || (headers.traceparent === undefined && headers.tracestate === undefined)) return;
    isTold = true;
    logger.warn({}, 'requests carry trace headers, but no traces are sent from here');
  };
}

/** The request goes on when every middleware has let it; what one fails with is a 500. */
function runAround(
  { middleware, logger }: HttpHookParts,
  { request, reply }: Pick<Exchange, 'request' | 'reply'>,
  letOn: () => void,
): void {
  let isOn = false;
  runMiddleware(
    middleware,
    { request: request.raw, response: reply.raw },
    {
      letOn: () => {
        isOn = true;
        letOn();
      },
      failed: (error) => {
        logger.error(
          { err: error },
          isOn ? 'a middleware failed after it had let a request on' : 'a middleware failed',
        );
        if (isOn || reply.raw.writableEnded) return;
        if (reply.raw.headersSent) reply.raw.destroy();
        else answerError(reply, new InternalError('Internal server error', { cause: error }));
      },
    },
  );
}

/** Answers a request that must not reach its route; true when it did. */
function refuse(parts: HttpHookParts, { request, reply, route }: Exchange): boolean {
  const { scaling, auth, maxHeaderCount, requestIdHeaders } = parts;
  const { rawHeaders, httpVersion } = request.raw;
  if (rawHeaders.length / 2 > maxHeaderCount) {
    const message = `The request has more than ${maxHeaderCount} headers.`;
    answerError(reply.header('connection', 'close'), new HttpException(message, 431));
    return true;
  }
  if ((!isPlainHost(request.headers.host) && httpVersion !== '1.0') || hasTwoHosts(rawHeaders)) {
    answerError(reply.header('connection', 'close'), new BadRequestException('The Host header is malformed.'));
    return true;
  }
  if (!scaling.allows(pathOf(request))) {
    void reply.code(503).header('content-type', 'application/json').send(SCALING);
    return true;
  }
  const context = contextOf(request);
  if (requestIdHeaders) {
    void reply.header('x-request-id', context.givenRequestId ?? randomUUID().replaceAll('-', ''));
  }
  const decision = auth.decide({
    method: request.method,
    route,
    path: pathOf(request),
    header: (name) => context.header(name),
  });
  if (decision.type === 'unauthorized') {
    void reply.code(401).header('content-type', 'application/json').send('{"error":"Unauthorized"}');
    return true;
  }
  context.keyName = decision.keyName;
  if (decision.type === 'forbidden') {
    answerError(reply, new PermissionDeniedError(`This route needs a key with the scope "${decision.scope}".`));
    return true;
  }
  return false;
}

function answerPreflight({ cors }: HttpHookParts, request: FastifyRequest, reply: FastifyReply): boolean {
  const context = contextOf(request);
  const asked = { method: request.method, header: (name: string) => context.header(name) };
  const preflight = toPreflight(cors, asked);
  if (preflight) {
    void reply.code(preflight.status).headers(preflight.headers).type('text/plain; charset=utf-8').send(preflight.body);
    return true;
  }
  void reply.headers(corsHeaders(cors, asked));
  return false;
}

/** Starts the clock of a request that works with the model. False, and answered: it asks for a time that is none. */
function limitTime({ maxRequestMs }: HttpHookParts, { request, reply, route }: Exchange): boolean {
  if (route?.scope !== 'infer' && route?.scope !== 'tokenize') return true;
  const context = contextOf(request);
  try {
    const timeoutMs = toTimeoutMs(context.header('x-request-timeout-ms'), maxRequestMs);
    if (timeoutMs !== undefined) context.setDeadline(timeoutMs);
    return true;
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    answerError(reply, error);
    return false;
  }
}

/** Counts the answer when its connection is done with it, so that streams count whole and cut ones count too. */
function countAnswer({ metrics }: HttpHookParts, { request, reply, route }: Exchange): void {
  const handler = route?.path ?? 'none';
  if (UNCOUNTED_HANDLERS.test(handler)) {
    return;
  }
  const start = performance.now();
  reply.raw.once('close', () =>
    metrics.observe({
      method: request.method,
      handler,
      status: reply.raw.statusCode,
      seconds: (performance.now() - start) / 1000,
      requestBytes: Number(request.headers['content-length'] ?? 0) || 0,
      responseBytes: Number(reply.getHeader('content-length') ?? 0) || 0,
    }),
  );
}

function logAnswer({ accessLog, quietPaths }: RequestContextParts, request: FastifyRequest, reply: FastifyReply): void {
  const path = pathOf(request);
  if (!accessLog || quietPaths.has(path)) {
    return;
  }
  const start = performance.now();
  reply.raw.once('close', () => {
    const ms = Math.round(performance.now() - start);
    const complete = reply.raw.writableFinished;
    const { keyName: key } = contextOf(request);
    accessLog.info(
      { client: request.ip, status: reply.raw.statusCode, ms, key, ...(complete ? {} : { disconnected: true }) },
      `${safeMethod(request.method)} ${safePath(path)}`,
    );
  });
}

function answerError(reply: FastifyReply, error: Error): void {
  const facts = toErrorFacts(error, contextOf(reply.request));
  void reply.code(facts.code).header('content-type', 'application/json').send(errorJson(facts));
}

/** The path as it was sent, without `--root-path`. The query stays out: it may hold secrets. */
function pathOf(request: FastifyRequest): string {
  const end = request.raw.url?.indexOf('?') ?? -1;
  const url = request.raw.url ?? '';
  return end < 0 ? url : url.slice(0, end);
}

const safeMethod = (method: string): string => method.slice(0, 16);
const safePath = (path: string): string => path.slice(0, 256).replace(/[^\x21-\x7e]/g, '?');
