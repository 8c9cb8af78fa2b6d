import type { FinishReason } from '@app/engine-protocol';
import type { ShownTokens, Tokenizer } from '@app/tokenization';
import { toPath } from './beam-step.js';
import type { Beam } from './beam-step.js';
import type { TextDelta } from './text-delta.js';
import type { TokenTexts } from './token-text.js';

export interface BeamDeltaOptions {
  readonly tokenizer: Pick<Tokenizer, 'decode'>;
  readonly texts: TokenTexts;
  readonly shownTokens: ShownTokens;
  /** Count the token that ended the beam among its tokens; it is never text. */
  readonly includeEndToken: boolean;
  readonly showsLogprobs: boolean;
}

export interface BeamPlace {
  readonly index: number;
  readonly last: boolean;
  /** Why the beam did not go on, unless its last token ended it. */
  readonly finishReason: FinishReason;
  readonly endTokenIds: ReadonlySet<number>;
}

/** The whole answer of one beam, as one delta (completions-and-chat.md §9). Its text is decoded by itself, without the prompt. */
export function toBeamDelta(
  beam: Beam | undefined,
  { index, last, finishReason, endTokenIds }: BeamPlace,
  { tokenizer, texts, shownTokens, includeEndToken, showsLogprobs }: BeamDeltaOptions,
): TextDelta {
  const path = toPath(beam);
  const endToken = beam && endTokenIds.has(beam.tokenId) ? beam.tokenId : undefined;
  const spoken = endToken === undefined ? path : path.slice(0, -1);
  const shown = includeEndToken ? path : spoken;
  const tokenIds = shown.map(({ tokenId }) => tokenId);
  const toAlternative = ({ tokenId, logprob }: { readonly tokenId: number; readonly logprob: number }) => ({
    tokenId,
    text: texts.alone(tokenId),
    logprob,
    rank: undefined,
  });
  return {
    index,
    text: tokenizer.decode(
      spoken.map(({ tokenId }) => tokenId),
      shownTokens,
    ),
    tokenIds,
    logprobs: showsLogprobs ? shown.map(({ offers = [] }) => offers.map(toAlternative)) : undefined,
    chosen: showsLogprobs ? shown.map(toAlternative) : undefined,
    finishReason: endToken === undefined ? finishReason : 'stop',
    stopReason: endToken,
    completionTokens: tokenIds.length,
    promptLogprobs: undefined,
    cachedTokens: undefined,
    cacheCreationTokens: undefined,
    kvTransferParams: undefined,
    ecTransferParams: undefined,
    weightVersions: undefined,
    routedExperts: undefined,
    specDecodeMetrics: undefined,
    stats: undefined,
    last,
  };
}
