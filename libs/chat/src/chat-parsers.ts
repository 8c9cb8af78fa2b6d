import { ConfigurationError } from '@app/errors';
import type { ReasoningParserDefinition, ToolParserDefinition } from '@app/output-parsers';
import type { Tokenizer } from '@app/tokenization';
import type { ReasoningMarkers } from './reasoning-token-counter.js';

/** The output parsers of a server. */
export interface ChatParsers {
  /** Reads calls of requests with tools; undefined: no tool choice but `none`. */
  readonly tool?: ToolParserDefinition | undefined;
  readonly reasoning?: ReasoningParserDefinition | undefined;
  /** The engine can be held to a grammar: forced and strict calls. */
  readonly engineFollowsGrammars: boolean;
}

/** Throws `ConfigurationError` for a reasoning parser whose markers this tokenizer does not know: it could never see them. */
export function toReasoningMarkers(
  { name, startMarkers, endMarkers }: ReasoningParserDefinition,
  tokenizer: Pick<Tokenizer, 'tokenId'>,
  modelName: string,
): ReasoningMarkers {
  const [end] = endMarkers;
  for (const marker of [...startMarkers, end]) {
    if (tokenizer.tokenId(marker) === undefined) {
      throw new ConfigurationError(
        `--reasoning-parser ${name} cannot be used with the tokenizer of '${modelName}': it has no token ${marker}`,
      );
    }
  }
  const ids = (markers: readonly string[]) =>
    new Set(markers.map((marker) => tokenizer.tokenId(marker)).filter((id) => id !== undefined));
  return { startIds: ids(startMarkers), endIds: ids(endMarkers) };
}
