import type { ChatListener, ChatParsers, ChatPromptSettings } from '@app/chat';
import { ToolParserMetrics } from '@app/metrics';
import type { FrontEndMetricsOptions } from '@app/metrics';
import { readServerTemplate } from '@server/config/index';
import type { ChatConfig } from '@server/config/index';
import type { LoadedModel } from '@server/engine/loaded-model';
import type { ServedModels } from '@server/engine/served-models';
import type { ChatRenderWorkers } from './chat-render-workers.js';

/** Injection token of `ChatPromptSettings`. */
export const CHAT_PROMPT_SETTINGS = Symbol('ChatPromptSettings');

/** Throws `ConfigurationError` for a `--chat-template` that is neither a file nor a template. */
export function toChatPromptSettings(
  { description, tokenizer, promptEncoder }: LoadedModel,
  models: ServedModels,
  config: ChatConfig,
  workers: ChatRenderWorkers,
): ChatPromptSettings {
  return {
    modelName: models.first,
    encoder: promptEncoder,
    serverTemplate: readServerTemplate(config),
    tokenizerTemplate: description.chatTemplate,
    specialTokens: tokenizer.specialTokens,
    trustRequestTemplate: config.trustRequestChatTemplate,
    contentFormat: config.chatTemplateContentFormat,
    defaultKwargs: { cohere_format: config.cohereFormat, ...config.defaultChatTemplateKwargs },
    reasoningEffortMap: config.reasoningEffortMap,
    excludeUncallableTools: config.excludeToolsWhenToolChoiceNone,
    workers,
  };
}

/** Injection token of `ChatParsers`. */
export const CHAT_PARSERS = Symbol('ChatParsers');

/** Injection token of the `ChatListener` that counts. */
export const CHAT_STATISTICS = Symbol('ChatStatistics');

/** Injection token of the `ChatListener` that a chat has. */
export const CHAT_LISTENER = Symbol('ChatListener');

/** Counts what the tool parser of these parsers reads; nothing without one. */
export function observeChat({ tool }: ChatParsers, options: FrontEndMetricsOptions): ChatListener {
  if (tool === undefined) return {};
  const metrics = new ToolParserMetrics(options);
  return { onToolsRead: (part) => metrics.observe({ ...part, requestType: 'chat_completions' }) };
}
