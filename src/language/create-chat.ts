import { join } from 'node:path';
import { Chat } from '@app/chat';
import type { ChatPromptSettings } from '@app/chat';
import { resolveTemplateFlag } from '@app/chat-template';
import { findPackageRoot } from '@app/model-repository';
import type { Text } from '@app/text';
import { chosenEngine } from '@server/config/index';
import type { ChatConfig, ServerConfig } from '@server/config/index';
import type { LoadedModel } from '@server/engine/loaded-model';
import type { ServedModels } from '@server/engine/served-models';
import type { ChatRenderWorkers } from './chat-render-workers.js';
import { toChatParsers } from './to-chat-parsers.js';

/** Injection token of `ChatPromptSettings`. */
export const CHAT_PROMPT_SETTINGS = Symbol('ChatPromptSettings');

/** Throws `ConfigurationError` for a `--chat-template` that is neither a file nor a template. */
export function toChatPromptSettings(
  { description, tokenizer, promptEncoder }: LoadedModel,
  models: ServedModels,
  config: ChatConfig,
  workers: ChatRenderWorkers,
): ChatPromptSettings {
  const { chatTemplate } = config;
  const shipped = join(findPackageRoot(), 'libs/chat-template/templates');
  return {
    modelName: models.first,
    encoder: promptEncoder,
    serverTemplate: chatTemplate === undefined ? undefined : resolveTemplateFlag(chatTemplate, shipped),
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

export interface ChatParts {
  readonly text: Text;
  readonly settings: ChatPromptSettings;
  readonly model: LoadedModel;
  readonly config: Pick<ServerConfig, 'parsers' | 'engine'>;
}

/** Throws `ConfigurationError` for parsers that the model cannot use. */
export function createChat({ text, settings, model, config }: ChatParts): Chat {
  return new Chat(text, settings, {
    ...toChatParsers(config.parsers, model.description),
    engineFollowsGrammars: chosenEngine(config) !== 'onnx',
  });
}
