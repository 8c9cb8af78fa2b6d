import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { InternalError } from '@app/errors';
import type { Engine } from '@app/engine-protocol';
import { silentLogger } from '@app/logging';
import type { Logger } from '@app/logging';
import { AdmissionMetrics, HttpMetrics, registryPage } from '@app/metrics';
import { Text } from '@app/text';
import type { ChatParsers } from '@app/chat';
import { loadCustomCode } from '@server/api/sagemaker/custom-code/custom-code';
import { AppModule } from '@server/app.module';
import type { LoggingConfig, ServerConfig } from '@server/config/index';
import { EngineState } from '@server/engine/engine-state';
import type { LoadedModel } from '@server/engine/loaded-model';
import { LoraAdapters } from '@server/engine/lora-adapters';
import { observeEngine } from '@server/engine/observe-engine';
import { ServedModels } from '@server/engine/served-models';
import { Admission } from '@server/http/admission';
import { ApiKeys } from '@server/http/api-keys';
import { AuthGuard } from '@server/http/auth.guard';
import { registerHttpHooks, registerRequestContext } from '@server/http/http-hooks';
import { Listeners } from '@server/http/listeners';
import { LoadCounter } from '@server/http/load-counter';
import { registerFetchMiddleware } from '@server/http/fetch/register-fetch-middleware';
import type { MetricsPage } from '@server/http/metrics-page';
import { RouteTable } from '@server/http/route-table';
import { ScalingGuard } from '@server/http/scaling.guard';
import { loadChatParsers } from '@server/language/load-chat-parsers';
import { AerieServer } from './aerie-server.js';
import { createAdapter } from './create-adapter.js';
import { followFiles, watchFiles } from './follow-files.js';
import { InFlight } from './in-flight.js';
import { readKeysFile } from './keys/read-keys-file.js';
import { loadMiddleware } from './load-middleware.js';
import { NestLogger } from './nest-logger.js';
import { isAccessLogged, startLogs } from './start-logs.js';

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

/** Builds the whole server around an engine, ready to listen. */
export async function createServer(options: ServerOptions): Promise<AerieServer> {
  const { config, engine, model, logger = silentLogger, registry = processRegistry() } = options;
  const { metrics = ownPage(registry, config) } = options;
  warnOfOpenRoutes(config, logger);
  const routes = new RouteTable();
  const state = new EngineState(engine);
  const inFlight = new InFlight();
  const listeners = new Listeners(config.http.adminPort !== undefined);
  const watches = watchFiles(config);
  const keys = new ApiKeys(config.auth.apiKey, readKeysFile(config.auth.apiKeysFile));
  const { adapter, httpServers } = createAdapter({ config, listeners });
  const fastify = adapter.getInstance<FastifyInstance>();
  countInFlight(fastify, { inFlight, state });
  followFiles(fastify, { watches, config, keys, httpServers, logger });
  registerRequestContext(fastify, {
    engineState: state,
    logger,
    accessLog: isAccessLogged(config.logging) ? logger : undefined,
    quietPaths: quietPaths(config.logging),
  });
  const customCode = await loadCustomCode(config.sagemaker);
  if (customCode) {
    registerFetchMiddleware(fastify, { gate: customCode.throttle, around: customCode.around, logger });
  }
  registerHttpHooks(fastify, {
    ...hookSettings(config),
    middleware: await loadMiddleware(config.http.middleware),
    scaling: new ScalingGuard(engine),
    auth: new AuthGuard(keys, { scope: config.auth.authScope }),
    routes,
    listeners,
    metrics: new HttpMetrics(registry),
    logger,
  });
  const { requestLog, logText } = startLogs(fastify, { config, registry, logger });
  const { models, adapters } = await loadServedModels(config, engine);
  const admission = createAdmission({ config, engine, registry, modelName: models.first });
  const chatParsers = model && (await loadChatParsers(model, config));
  if (chatParsers) tellOfParsers(chatParsers, logger);
  const app = await NestFactory.create<NestFastifyApplication>(
    await AppModule.for({
      config,
      engine,
      model,
      chatParsers,
      models,
      adapters,
      engineMetrics: observeEngine({ engine, registry, modelName: models.first, config }),
      state,
      admission,
      load: new LoadCounter(config.http.enableServerLoadTracking),
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
  const abortAll = (): void => void findText(app)?.abortAll();
  const parts = { app, httpServer, adminServer, engine, state, admission, inFlight, abortAll, routes, logger };
  return new AerieServer(parts);
}

/** Undefined on a server that generates nothing. */
function findText(app: NestFastifyApplication): Text | undefined {
  try {
    return app.get(Text, { strict: false });
  } catch {
    return undefined;
  }
}

function ownPage(registry: Registry, { metrics }: ServerConfig): MetricsPage {
  return { text: () => registryPage(registry, { created: !metrics.disableCreatedSeries }) };
}

function warnOfOpenRoutes({ routes }: ServerConfig, logger: Logger): void {
  if (!routes.serverDevMode) return;
  logger.warn(
    {},
    'SECURITY WARNING: the development routes are open; whoever reaches them controls the engines. Not for production!',
  );
}

/** What `auto`, the model or the operator chose. */
function tellOfParsers({ tool, reasoning }: ChatParsers, logger: Logger): void {
  if (!tool && !reasoning) return;
  logger.info({ tool: tool?.name ?? null, reasoning: reasoning?.name ?? null }, 'parsers of answers');
}

function countInFlight(
  fastify: FastifyInstance,
  { inFlight, state }: { readonly inFlight: InFlight; readonly state: EngineState },
): void {
  fastify.addHook('onRequest', (_request, reply, next) => {
    inFlight.add(reply.raw);
    if (state.endsConnections) {
      void reply.header('connection', 'close');
    }
    next();
  });
}

/** What the configuration says of every request. */
function hookSettings({ http, limits }: ServerConfig) {
  return {
    cors: http,
    jsonLimits: { maxDepth: limits.maxJsonDepth, maxNodes: limits.maxJsonValues },
    maxHeaderCount: limits.maxHeaderCount,
    maxStreamBuffer: limits.maxStreamBuffer,
    sseKeepAliveMs: http.sseKeepAliveInterval * 1000,
    requestIdHeaders: http.enableRequestIdHeaders,
    maxRequestMs: limits.maxRequestDuration && limits.maxRequestDuration * 1000,
  };
}

/** Their requests have no access line. */
function quietPaths({ disableAccessLogForEndpoints }: LoggingConfig): ReadonlySet<string> {
  return new Set(disableAccessLogForEndpoints.split(',').map((path) => path.trim()));
}

/** The names that requests may use, with the operator's adapters loaded. */
async function loadServedModels({ model, lora }: ServerConfig, engine: Engine) {
  const servedNames = model.servedModelName.length > 0 ? model.servedModelName : [model.model];
  const adapters = new LoraAdapters({ engine, servedNames, maxAdapters: lora.maxLoraAdapters });
  await adapters.loadStatic(lora.modules);
  const models = new ServedModels(servedNames, model.model, engine.info.maxModelLen, {
    loras: adapters,
    acceptsAnyName: model.skipModelNameValidation,
  });
  return { models, adapters };
}

interface AdmissionParts {
  readonly config: ServerConfig;
  readonly engine: Engine;
  readonly registry: Registry;
  readonly modelName: string;
}

function createAdmission({ config, engine, registry, modelName }: AdmissionParts): Admission {
  const { limits, metrics } = config;
  const rejections = metrics.disableLogStats ? undefined : new AdmissionMetrics({ registry, modelName });
  return new Admission(engine, {
    maxQueuedRequests: limits.maxNumQueuedReqs,
    maxQueuedTokens: limits.maxNumQueuedTokens,
    onRejection: (reason) => rejections?.observeRejection(reason),
  });
}

/** A registry with the process's standard series. */
export function processRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
