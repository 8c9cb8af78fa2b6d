import { ConfigurationError } from '@app/errors';
import type { ParserModel, ReasoningParserDefinition, StrictLevel, ToolParserDefinition } from '@app/output-parsers';
import type { Tokenizer } from '@app/tokenization';

/** The output parsers of a server. */
export interface ChatParsers {
  /** Reads calls of requests with tools; undefined: no tool choice but `none`. */
  readonly tool?: ToolParserDefinition | undefined;
  readonly reasoning?: ReasoningParserDefinition | undefined;
  /** The engine can be held to a grammar: forced and strict calls. */
  readonly engineFollowsGrammars: boolean;
  /** From which demand on calls are held to their markup: `--tool-strict-level`; default: `auto`. */
  readonly strictLevel?: StrictLevel | undefined;
  /** Engines are held to structural tags; default: true. False (`VLLM_ENFORCE_STRICT_TOOL_CALLING=0`): forced calls are plain JSON. */
  readonly strictCalling?: boolean | undefined;
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
