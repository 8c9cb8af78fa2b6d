import { join } from 'node:path';
import { Chat, resolveTemplateFlag } from '@app/chat';
import { findPackageRoot } from '@app/model-repository';
import type { Text } from '@app/text';
import type { ChatConfig } from '@server/config/index';
import type { LoadedModel } from '@server/engine/loaded-model';
import type { ServedModels } from '@server/engine/served-models';

/** Throws `ConfigurationError` for a `--chat-template` that is neither a file nor a template. */
export function createChat(
  text: Text,
  { description, tokenizer }: LoadedModel,
  models: ServedModels,
  config: ChatConfig,
): Chat {
  return new Chat(text, {
    modelName: models.first,
    serverTemplate:
      config.chatTemplate === undefined
        ? undefined
        : resolveTemplateFlag(config.chatTemplate, join(findPackageRoot(), 'libs/chat-template/templates')),
    tokenizerTemplate: description.chatTemplate,
    specialTokens: tokenizer.specialTokens,
    trustRequestTemplate: config.trustRequestChatTemplate,
    contentFormat: config.chatTemplateContentFormat,
    defaultKwargs: config.defaultChatTemplateKwargs,
  });
}
