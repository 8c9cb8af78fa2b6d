import { callIdStyleOf, toParserModel } from '@app/chat';
import type { ChatParsers } from '@app/chat';
import type { ModelDescription } from '@app/model-repository';
import type { ServerConfig } from '@server/config/index';
import type { ThoughtMarkerTexts } from '@server/engine/engine-deployment';
import type { LoadedModel } from '@server/engine/loaded-model';
import { loadParserRegistries } from './parser-registries.js';
import { toChatParsers } from './to-chat-parsers.js';

/** The parsers of a server, its plug-ins loaded. Throws `ConfigurationError` for those that are unknown or do not fit the model. */
export async function loadChatParsers(
  { description, tokenizer }: LoadedModel,
  config: Pick<ServerConfig, 'parsers' | 'engine' | 'model'>,
): Promise<ChatParsers> {
  const { tool, reasoning } = await chooseParsers(description, config);
  const parsers: ChatParsers = {
    tool,
    reasoning,
    engineFollowsGrammars: true,
    strictLevel: config.parsers.toolStrictLevel,
    strictCalling: config.parsers.enforceStrictToolCalling,
    callIds: callIdStyleOf(description.config.model_type, tool),
    responseTemplate: description.tokenizerConfig.response_template,
  };
  toParserModel(parsers, tokenizer, config.model.servedModelName[0] ?? description.name);
  return parsers;
}

/** Texts that open and end the thoughts of a model, for an engine that has to know; undefined when it does not think, or nobody can tell by the tokens. */
export async function loadThoughtMarkers(
  description: ModelDescription,
  config: Pick<ServerConfig, 'parsers' | 'model'>,
): Promise<ThoughtMarkerTexts | undefined> {
  const { reasoning } = await chooseParsers(description, config);
  if (!reasoning || reasoning.endMarkers.length === 0) return undefined;
  const model = { tokenId: () => undefined, addedTokens: [], responseTemplate: undefined };
  const start = reasoning.startAfter({ text: '', templateKwargs: {}, model });
  return { start: reasoning.startMarkers, end: reasoning.endMarkers, isImplicit: start === 'thought' };
}

async function chooseParsers(
  description: ModelDescription,
  config: Pick<ServerConfig, 'parsers' | 'model'>,
): Promise<Pick<ChatParsers, 'tool' | 'reasoning'>> {
  return toChatParsers({
    parsers: config.parsers,
    model: description,
    servedNames: config.model.servedModelName,
    registries: await loadParserRegistries(config.parsers),
  });
}
