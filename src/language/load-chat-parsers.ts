import { callIdStyleOf, toParserModel } from '@app/chat';
import type { ChatParsers } from '@app/chat';
import { chosenEngine } from '@server/config/index';
import type { ServerConfig } from '@server/config/index';
import type { LoadedModel } from '@server/engine/loaded-model';
import { loadParserRegistries } from './parser-registries.js';
import { toChatParsers } from './to-chat-parsers.js';

/** The parsers of a server, its plug-ins loaded. Throws `ConfigurationError` for those that are unknown or do not fit the model. */
export async function loadChatParsers(
  { description, tokenizer }: LoadedModel,
  config: Pick<ServerConfig, 'parsers' | 'engine' | 'model'>,
): Promise<ChatParsers> {
  const { tool, reasoning } = toChatParsers({
    parsers: config.parsers,
    model: description,
    servedNames: config.model.servedModelName,
    registries: await loadParserRegistries(config.parsers),
  });
  const parsers: ChatParsers = {
    tool,
    reasoning,
    engineFollowsGrammars: chosenEngine(config) !== 'onnx',
    strictLevel: config.parsers.toolStrictLevel,
    strictCalling: config.parsers.enforceStrictToolCalling,
    callIds: callIdStyleOf(description.config.model_type, tool),
    responseTemplate: description.tokenizerConfig.response_template,
  };
  toParserModel(parsers, tokenizer, config.model.servedModelName[0] ?? description.name);
  return parsers;
}
