import { ConfigurationError } from '@app/errors';
import type { ParserModel, ReasoningParserDefinition, ToolParserDefinition } from '@app/output-parsers';
import type { Tokenizer } from '@app/tokenization';

/** The output parsers of a server. */
export interface ChatParsers {
  /** Reads calls of requests with tools; undefined: no tool choice but `none`. */
  readonly tool?: ToolParserDefinition | undefined;
  readonly reasoning?: ReasoningParserDefinition | undefined;
  /** The engine can be held to a grammar: forced and strict calls. */
  readonly engineFollowsGrammars: boolean;
}

/** What the parsers may know of a model. Throws `ConfigurationError` when its tokenizer lacks a token that one of them cannot do without. */
export function toParserModel(
  { tool, reasoning }: ChatParsers,
  tokenizer: Pick<Tokenizer, 'tokenId'>,
  modelName: string,
): ParserModel {
  const model: ParserModel = {
    tokenId: (token) => tokenizer.tokenId(token),
    addedTokens: [],
    responseTemplate: undefined,
  };
  for (const [flag, parser] of [
    ['--tool-call-parser', tool],
    ['--reasoning-parser', reasoning],
  ] as const) {
    const missing = parser?.requiredTokens(model).find((token) => tokenizer.tokenId(token) === undefined);
    if (parser && missing !== undefined) {
      throw new ConfigurationError(
        `${flag} ${parser.name} cannot be used with the tokenizer of '${modelName}': it has no token ${missing}`,
      );
    }
  }
  return model;
}
