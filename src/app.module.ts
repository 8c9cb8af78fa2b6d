import { Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { Registry } from 'prom-client';
import type { ChatParsers } from '@app/chat';
import { Engine } from '@app/engine-protocol';
import type { Logger, LogText } from '@app/logging';
import { EngineMetrics } from '@app/metrics';
import { apiCatalog } from '@server/api/api.catalog';
import { ServerConfigModule } from '@server/config/index';
import type { ServerConfig } from '@server/config/index';
import type { ApiContext } from '@server/engine/api-context';
import { EngineState } from '@server/engine/engine-state';
import { LoadedModel } from '@server/engine/loaded-model';
import { LoraAdapters } from '@server/engine/lora-adapters';
import { ServedModels } from '@server/engine/served-models';
import { EngineHealthIndicator } from '@server/health/engine.health-indicator';
import { EventLoopHealthIndicator } from '@server/health/event-loop.health-indicator';
import { EventLoopLag } from '@server/health/event-loop-lag';
import { HealthChecks } from '@server/health/health-checks';
import { ServerHealthIndicator } from '@server/health/server.health-indicator';
import { Admission } from '@server/http/admission';
import { ApiExceptionFilter } from '@server/http/api-exception.filter';
import type { Listeners } from '@server/http/listeners';
import { LoadCounter } from '@server/http/load-counter';
import { MetricsPage } from '@server/http/metrics-page';
import { RouteTable } from '@server/http/route-table';
import { CHAT_PARSERS } from '@server/language/chat-parts';
import { IgnoredWishes } from '@server/language/ignored-wishes';
import { RequestLog } from '@server/language/request-log';

export interface AppParts {
  readonly config: ServerConfig;
  readonly engine: Engine;
  readonly model: LoadedModel | undefined;
  /** There with a model. */
  readonly chatParsers: ChatParsers | undefined;
  readonly models: ServedModels;
  readonly adapters: LoraAdapters;
  readonly state: EngineState;
  readonly admission: Admission;
  readonly load: LoadCounter;
  readonly routes: RouteTable;
  readonly listeners: Listeners;
  readonly registry: Registry;
  readonly metrics: MetricsPage;
  /** Undefined when the operator wants no statistics. */
  readonly engineMetrics: EngineMetrics | undefined;
  /** Undefined: requests are not logged. */
  readonly requestLog: RequestLog | undefined;
  readonly logger: Logger;
  readonly logText: LogText;
}

/** The application: what every family may inject, and the families that this engine's tasks need. */
@Module({})
export class AppModule {
  static async for(parts: AppParts): Promise<DynamicModule> {
    const { logging, routes: opened } = parts.config;
    const context: ApiContext = {
      tasks: new Set(parts.engine.supportedTasks),
      hasTokenizer: parts.model !== undefined,
      opened,
    };
    const families = apiCatalog.filter(({ when }) => when(context));
    const indicators = [EngineHealthIndicator, ServerHealthIndicator, EventLoopHealthIndicator];
    const providers = [...globalProviders(parts), ...indicators, EventLoopLag, HealthChecks];
    const filter = new ApiExceptionFilter(
      parts.routes,
      parts.listeners,
      parts.logger,
      logging.logErrorStack || opened.serverDevMode ? parts.logText : undefined,
    );
    return {
      module: AppModule,
      global: true,
      imports: [
        ServerConfigModule.for(parts.config),
        TerminusModule.forRoot({ logger: false }),
        ...(await Promise.all(families.map(({ load }) => load()))),
      ],
      providers: [...providers, { provide: APP_FILTER, useValue: filter }],
      exports: [...providers, TerminusModule],
    };
  }
}

function globalProviders(parts: AppParts): Provider[] {
  const { engine, model, chatParsers, models, adapters, state, admission } = parts;
  const { load, routes, registry, metrics, engineMetrics, requestLog } = parts;
  return [
    { provide: Engine, useValue: engine },
    { provide: ServedModels, useValue: models },
    { provide: LoraAdapters, useValue: adapters },
    { provide: EngineState, useValue: state },
    { provide: Admission, useValue: admission },
    { provide: LoadCounter, useValue: load },
    { provide: RouteTable, useValue: routes },
    { provide: Registry, useValue: registry },
    { provide: MetricsPage, useValue: metrics },
    { provide: EngineMetrics, useFactory: () => engineMetrics },
    { provide: RequestLog, useFactory: () => requestLog },
    { provide: IgnoredWishes, useValue: new IgnoredWishes(parts.logger) },
    ...(model ? [{ provide: LoadedModel, useValue: model }] : []),
    ...(chatParsers ? [{ provide: CHAT_PARSERS, useValue: chatParsers }] : []),
  ];
}
