import { Module } from '@nestjs/common';
import type { Provider } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Registry } from 'prom-client';
import { Chat } from '@app/chat';
import type { ChatPromptSettings } from '@app/chat';
import { Engine } from '@app/engine-protocol';
import { EngineMetrics } from '@app/metrics';
import { Text } from '@app/text';
import { ChatConfig } from '@server/config/index';
import type { ServerConfig } from '@server/config/index';
import { LoadedModel } from '@server/engine/loaded-model';
import { ServedModels } from '@server/engine/served-models';
import { AnswerStyle } from './answer-style.js';
import { ChatRenderWorkers } from './chat-render-workers.js';
import { CHAT_PROMPT_SETTINGS, createChat, toChatPromptSettings } from './create-chat.js';
import { createText } from './create-text.js';
import { EngineLoad } from './engine-load.js';
import { toChatParsers } from './to-chat-parsers.js';

const text: Provider = {
  provide: Text,
  useFactory: (engine: Engine, model: LoadedModel, config: ConfigService, metrics: EngineMetrics | undefined) =>
    createText({
      engine,
      model,
      metrics,
      modelConfig: config.getOrThrow('model'),
      limits: config.getOrThrow('limits'),
      answers: config.getOrThrow('answers'),
      structuredOutputsBackend: config.getOrThrow<ServerConfig['engine']>('engine').structuredOutputsBackend,
      readsReasoning: toChatParsers(config.getOrThrow('parsers'), model.description).reasoning !== undefined,
    }),
  inject: [Engine, LoadedModel, ConfigService, EngineMetrics],
};

const chatPromptSettings: Provider = {
  provide: CHAT_PROMPT_SETTINGS,
  useFactory: toChatPromptSettings,
  inject: [LoadedModel, ServedModels, ChatConfig, ChatRenderWorkers],
};

const chat: Provider = {
  provide: Chat,
  useFactory: (
    spoken: Text,
    settings: ChatPromptSettings,
    model: LoadedModel,
    config: ConfigService,
    registry: Registry,
  ) =>
    createChat({
      text: spoken,
      settings,
      model,
      registry: config.getOrThrow<ServerConfig['metrics']>('metrics').disableLogStats ? undefined : registry,
      config: { parsers: config.getOrThrow('parsers'), engine: config.getOrThrow('engine') },
    }),
  inject: [Text, CHAT_PROMPT_SETTINGS, LoadedModel, ConfigService, Registry],
};

/** What every family that speaks text shares: the text engine, the chat over it, their statistics. */
@Module({
  providers: [text, ChatRenderWorkers, chatPromptSettings, chat, AnswerStyle, EngineLoad],
  exports: [Text, Chat, AnswerStyle, EngineLoad],
})
export class LanguageModule {}
