import { join } from 'node:path';
import { Chat, resolveTemplateFlag } from '@app/chat';
import type { ChatPromptSettings } from '@app/chat';
import { findPackageRoot } from '@app/model-repository';
import type { Text } from '@app/text';
import type { ServerConfig } from '@server/config/index';
import { chosenEngine } from '@server/engine/connect-engine';
import type { LoadedModel } from '@server/engine/loaded-model';
import type { ServedModels } from '@server/engine/served-models';
import { toChatParsers } from './to-chat-parsers.js';

export interface ChatParts {
  readonly text: Text;
  readonly model: LoadedModel;
  readonly models: ServedModels;
  readonly config: Pick<ServerConfig, 'chat' | 'parsers' | 'engine'>;
}

/** Throws `ConfigurationError` for a `--chat-template` that is neither a file nor a template, and for parsers that the model cannot use. */
export function createChat({ text, model, models, config }: ChatParts): Chat {
  const { chat, parsers } = config;
  const { description, tokenizer } = model;
  const settings: ChatPromptSettings = {
    modelName: models.first,
    serverTemplate:
      chat.chatTemplate === undefined
        ? undefined
        : resolveTemplateFlag(chat.chatTemplate, join(findPackageRoot(), 'libs/chat-template/templates')),
    tokenizerTemplate: description.chatTemplate,
    specialTokens: tokenizer.specialTokens,
    trustRequestTemplate: chat.trustRequestChatTemplate,
    contentFormat: chat.chatTemplateContentFormat,
    defaultKwargs: { cohere_format: chat.cohereFormat, ...chat.defaultChatTemplateKwargs },
    excludeUncallableTools: chat.excludeToolsWhenToolChoiceNone,
  };
  return new Chat(text, settings, {
    ...toChatParsers(parsers, description),
    engineFollowsGrammars: chosenEngine(config) !== 'onnx',
  });
}
