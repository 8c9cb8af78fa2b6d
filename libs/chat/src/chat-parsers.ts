import { ConfigurationError } from '@app/errors';
import type {
  CallIdStyle,
  ParserModel,
  ReasoningParserDefinition,
  StrictLevel,
  ToolParserDefinition,
} from '@app/output-parsers';
import type { Tokenizer } from '@app/tokenization';

/** The output parsers of a server. */
export interface ChatParsers {
  /** Reads calls of requests with tools; undefined: no tool choice but `none`. */
  readonly tool?: ToolParserDefinition | undefined;
  readonly reasoning?: ReasoningParserDefinition | undefined;
  /** The engine can be held to a grammar: forced and strict calls. */
  readonly engineFollowsGrammars: boolean;
  /** Ids of calls where the model writes none; default: `chatcmpl-tool`. */
  readonly callIds?: CallIdStyle | undefined;
  /** Metadata by which some parsers read: `response_template` of tokenizer_config.json. */
  readonly responseTemplate?: unknown;
  /** From which demand on calls are held to their markup: `--tool-strict-level`; default: `auto`. */
  readonly strictLevel?: StrictLevel | undefined;
  /** Engines are held to structural tags; default: true. False (`VLLM_ENFORCE_STRICT_TOOL_CALLING=0`): forced calls are plain JSON. */
  readonly strictCalling?: boolean | undefined;
}

/** What the parsers may know of a model. Throws `ConfigurationError` when its tokenizer lacks a token that one of them cannot do without. */
export function toParserModel(
  { tool, reasoning, responseTemplate }: ChatParsers,
  tokenizer: Pick<Tokenizer, 'tokenId' | 'addedTokens' | 'vocabularySize'>,
  modelName: string,
): ParserModel {
  const model: ParserModel = {
    tokenId: (token) => tokenizer.tokenId(token),
    addedTokens: tokenizer.addedTokens,
    responseTemplate,
  };
  // Without a tokenizer there is no text to read.
  if (tokenizer.vocabularySize === 0) return model;
  const flags = [
    ...(tool ? [`--tool-call-parser ${tool.name}`] : []),
    ...(reasoning ? [`--reasoning-parser ${reasoning.name}`] : []),
  ];
  const required = [tool, reasoning].flatMap((parser) => parser?.requiredTokens(model) ?? []);
  const missing = [...new Set(required)].filter((token) => tokenizer.tokenId(token) === undefined);
  if (missing.length > 0) {
    throw new ConfigurationError(
      `${flags.join(' and ')} cannot be used with the tokenizer of '${modelName}': it has no token ${missing.join(', ')}`,
    );
  }
  return model;
}
