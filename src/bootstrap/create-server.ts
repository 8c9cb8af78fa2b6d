import type { RequestListener, Server, ServerResponse } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { InternalError } from '@app/errors';
import type { Engine } from '@app/engine-protocol';
import { silentLogger } from '@app/logging';
import type { Logger } from '@app/logging';
import { AdmissionMetrics, HttpMetrics, registryPage } from '@app/metrics';
import { loadCustomCode } from '@server/api/sagemaker/custom-code/custom-code';
import { AppModule } from '@server/app.module';
import type { ServerConfig } from '@server/config/index';
import { EngineState } from '@server/engine/engine-state';
import type { LoadedModel } from '@server/engine/loaded-model';
import { LoraAdapters } from '@server/engine/lora-adapters';
import { observeEngine } from '@server/engine/observe-engine';
import { ServedModels } from '@server/engine/served-models';
import { Admission } from '@server/http/admission';
import { ApiKeys } from '@server/http/api-keys';
import { AuthGuard } from '@server/http/auth.guard';
import { registerHttpHooks } from '@server/http/http-hooks';
import { Listeners } from '@server/http/listeners';
import { LoadCounter } from '@server/http/load-counter';
import { registerFetchMiddleware } from '@server/http/fetch/register-fetch-middleware';
import type { MetricsPage } from '@server/http/metrics-page';
import { RouteTable } from '@server/http/route-table';
import { ScalingGuard } from '@server/http/scaling.guard';
import { withoutRootPath } from '@server/http/without-root-path';
import { AerieServer } from './aerie-server.js';
import { answerClientError, createHttpServer } from './http-server.js';
import { InFlight } from './in-flight.js';
import { KeysFileRefresh } from './keys/keys-file-refresh.js';
import { readKeysFile } from './keys/read-keys-file.js';
import { loadMiddleware } from './load-middleware.js';
import { NestLogger } from './nest-logger.js';
import { isAccessLogged, startLogs } from './start-logs.js';
import { readTls } from './tls/read-tls.js';
import { TlsRefresh } from './tls/tls-refresh.js';

export interface ServerOptions {
  readonly config: ServerConfig;
  /** Ready to take requests; `AerieServer.close` closes it. */
  readonly engine: Engine;
  /** Left out: no family that needs text is served. */
  readonly model?: LoadedModel | undefined;
  readonly logger?: Logger | undefined;
  /** Gets every series; default: one of its own, with the process's standard series. */
  readonly registry?: Registry | undefined;
  /** What `GET /metrics` shows; default: the registry. */
  readonly metrics?: MetricsPage | undefined;
}

/** For a path that cannot be decoded, and so reaches no route. */
const NOT_FOUND = '{"detail":"Not Found"}';

/** Builds the whole server around an engine, ready to listen. */
export async function createServer(options: ServerOptions): Promise<AerieServer> {
  const { config, engine, model, logger = silentLogger, registry = processRegistry() } = options;
  const { metrics = { text: () => registryPage(registry, { created: !config.metrics.disableCreatedSeries }) } } =
    options;
  const { auth, http, limits, logging, model: modelConfig } = config;
  const keys = new ApiKeys(auth.apiKey, readKeysFile(auth.apiKeysFile));
  const listeners = new Listeners(http.adminPort !== undefined);
  if (config.routes.serverDevMode) {
    logger.warn(
      {},
      'SECURITY WARNING: the development routes are open; whoever reaches them controls the engines. Not for production!',
    );
  }
  const routes = new RouteTable();
  const state = new EngineState(engine);
  const inFlight = new InFlight();
  const servedNames = modelConfig.servedModelName.length > 0 ? modelConfig.servedModelName : [modelConfig.model];
  const admissionMetrics = new AdmissionMetrics({ registry, modelName: servedNames[0] });
  const admission = new Admission(engine, {
    maxQueuedRequests: limits.maxNumQueuedReqs,
    maxQueuedTokens: limits.maxNumQueuedTokens,
    onRejection: (reason) => admissionMetrics.observeRejection(reason),
  });
  const httpServers: Server[] = [];
  const tls = readTls(config.tls);
  const newHttpServer = (handler: RequestListener): Server =>
    createHttpServer(
      handler,
      {
        maxHeaderSize: limits.maxHeaderSize,
        maxHeaderCount: limits.maxHeaderCount,
        keepAliveTimeoutMs: http.keepAliveTimeout * 1000,
        requestTimeoutMs: http.requestTimeout * 1000,
      },
      tls,
    );
  // The adapter makes the Fastify instance: Nest brings a release of its own.
  const adapter = new FastifyAdapter({
    serverFactory: (handler: RequestListener): Server => {
      const server = newHttpServer(handler);
      httpServers.push(server);
      if (listeners.hasAdmin) {
        // Fastify knows of the first alone.
        httpServers.push(newHttpServer(listeners.toAdminHandler(handler)).on('clientError', answerClientError));
      }
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
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.addHook('onRequest', (_request, reply, next) => {
    inFlight.add(reply.raw);
    if (state.endsConnections) {
      void reply.header('connection', 'close');
    }
    next();
  });
  if (auth.apiKeysFile !== undefined) {
    const refresh = new KeysFileRefresh({ path: auth.apiKeysFile, keys, logger });
    fastify.addHook('onClose', () => Promise.resolve(refresh.stop()));
  }
  if (config.tls.enableSslRefresh) {
    const refresh = new TlsRefresh({ config: config.tls, servers: httpServers, logger });
    fastify.addHook('onClose', () => Promise.resolve(refresh.stop()));
  }
  const customCode = await loadCustomCode(config.sagemaker);
  if (customCode) {
    registerFetchMiddleware(fastify, { gate: customCode.throttle, around: customCode.around, logger });
  }
  registerHttpHooks(fastify, {
    middleware: await loadMiddleware(http.middleware),
    scaling: new ScalingGuard(engine),
    auth: new AuthGuard(keys, { scope: auth.authScope, rootPath: http.rootPath }),
    cors: http,
    routes,
    listeners,
    jsonLimits: { maxDepth: limits.maxJsonDepth, maxNodes: limits.maxJsonValues },
    maxHeaderCount: limits.maxHeaderCount,
    maxStreamBuffer: limits.maxStreamBuffer,
    sseKeepAliveMs: http.sseKeepAliveInterval * 1000,
    requestIdHeaders: http.enableRequestIdHeaders,
    maxRequestMs: limits.maxRequestDuration && limits.maxRequestDuration * 1000,
    engineState: state,
    metrics: new HttpMetrics(registry),
    logger,
    accessLog: isAccessLogged(logging) ? logger : undefined,
    quietPaths: new Set(logging.disableAccessLogForEndpoints.split(',').map((path) => path.trim())),
  });
  const { requestLog, logText } = startLogs(fastify, { config, registry, logger });
  const adapters = new LoraAdapters({ engine, servedNames, maxAdapters: config.lora.maxLoraAdapters });
  await adapters.loadStatic(config.lora.modules);
  const models = new ServedModels(servedNames, modelConfig.model, engine.info.maxModelLen, {
    loras: adapters,
    acceptsAnyName: modelConfig.skipModelNameValidation,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    await AppModule.for({
      config,
      engine,
      model,
      models,
      adapters,
      engineMetrics: observeEngine({ engine, registry, modelName: models.first, config }),
      state,
      admission,
      load: new LoadCounter(http.enableServerLoadTracking),
      routes,
      listeners,
      registry,
      metrics,
      requestLog,
      logger,
      logText,
    }),
    adapter,
    { logger: new NestLogger(logger), bodyParser: false, abortOnError: false },
  );
  await app.init();
  await fastify.ready();
  const [httpServer, adminServer] = httpServers;
  if (!httpServer) {
    throw new InternalError('Fastify made no HTTP server');
  }
  return new AerieServer({ app, httpServer, adminServer, engine, state, admission, inFlight, routes, logger });
}

/** A registry with the process's standard series. */
export function processRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
