import { Module } from '@nestjs/common';
import type { Provider } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Registry } from 'prom-client';
import { Chat } from '@app/chat';
import type { ChatListener, ChatParsers, ChatPromptSettings } from '@app/chat';
import { Engine } from '@app/engine-protocol';
import { EngineMetrics } from '@app/metrics';
import { Text } from '@app/text';
import { ChatConfig, MetricsConfig } from '@server/config/index';
import type { ServerConfig } from '@server/config/index';
import { LoadedModel } from '@server/engine/loaded-model';
import { ServedModels } from '@server/engine/served-models';
import { AnswerStyle } from './answer-style.js';
import { ChatRenderWorkers } from './chat-render-workers.js';
import {
  CHAT_LISTENER,
  CHAT_PARSERS,
  CHAT_PROMPT_SETTINGS,
  CHAT_STATISTICS,
  observeChat,
  toChatPromptSettings,
} from './chat-parts.js';
import { TEXT_OBSERVERS, TEXT_SETTINGS, createText } from './create-text.js';
import type { TextObservers, TextSettings } from './create-text.js';
import { EngineConstraints } from './engine-constraints.js';
import { EngineLoad } from './engine-load.js';
import { IgnoredWishes } from './ignored-wishes.js';
import { RequestLog } from './request-log.js';

const textObservers: Provider = {
  provide: TEXT_OBSERVERS,
  useFactory: (metrics: EngineMetrics | undefined, log: RequestLog | undefined): TextObservers => ({ metrics, log }),
  inject: [EngineMetrics, RequestLog],
};

const engineConstraints: Provider = {
  provide: EngineConstraints,
  useFactory: (config: ConfigService) => EngineConstraints.for(config.getOrThrow<ServerConfig['engine']>('engine')),
  inject: [ConfigService],
};

const textSettings: Provider = {
  provide: TEXT_SETTINGS,
  useFactory: (config: ConfigService, parsers: ChatParsers, constraintChecker: EngineConstraints): TextSettings => ({
    modelConfig: config.getOrThrow('model'),
    limits: config.getOrThrow('limits'),
    answers: config.getOrThrow('answers'),
    engineConfig: config.getOrThrow('engine'),
    readsReasoning: parsers.reasoning !== undefined,
    constraintChecker,
  }),
  inject: [ConfigService, CHAT_PARSERS, EngineConstraints],
};

const text: Provider = {
  provide: Text,
  useFactory: (engine: Engine, model: LoadedModel, settings: TextSettings, observers: TextObservers) =>
    createText({ engine, model, observers, ...settings }),
  inject: [Engine, LoadedModel, TEXT_SETTINGS, TEXT_OBSERVERS],
};

const chatPromptSettings: Provider = {
  provide: CHAT_PROMPT_SETTINGS,
  useFactory: toChatPromptSettings,
  inject: [LoadedModel, ServedModels, ChatConfig, ChatRenderWorkers],
};

const chatStatistics: Provider = {
  provide: CHAT_STATISTICS,
  useFactory: (parsers: ChatParsers, registry: Registry, models: ServedModels, metrics: MetricsConfig): ChatListener =>
    metrics.disableLogStats ? {} : observeChat(parsers, { registry, modelName: models.first }),
  inject: [CHAT_PARSERS, Registry, ServedModels, MetricsConfig],
};

const chatListener: Provider = {
  provide: CHAT_LISTENER,
  useFactory: (statistics: ChatListener, wishes: IgnoredWishes): ChatListener => ({
    ...statistics,
    onIgnored: (message) => wishes.tell(message),
  }),
  inject: [CHAT_STATISTICS, IgnoredWishes],
};

const chat: Provider = {
  provide: Chat,
  useFactory: (spoken: Text, settings: ChatPromptSettings, parsers: ChatParsers, listener: ChatListener) =>
    new Chat(spoken, settings, parsers, listener),
  inject: [Text, CHAT_PROMPT_SETTINGS, CHAT_PARSERS, CHAT_LISTENER],
};

/** What every family that speaks text shares: the text engine, the chat over it, their statistics. */
@Module({
  providers: [
    textObservers,
    engineConstraints,
    textSettings,
    text,
    ChatRenderWorkers,
    chatPromptSettings,
    chatStatistics,
    chatListener,
    chat,
    AnswerStyle,
    EngineLoad,
  ],
  exports: [Text, Chat, AnswerStyle, EngineLoad],
})
export class LanguageModule {}
