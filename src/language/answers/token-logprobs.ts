import type { TokenAlternative, TokenLogprobs } from '@app/text';
import { jsonFloat } from './json-text.js';
import type { RawJson } from './json-text.js';

/** What a token is called in logprobs: its text, or `token_id:N` with `return_tokens_as_token_ids`. */
export function tokenLabel({ tokenId, text }: Pick<TokenAlternative, 'tokenId' | 'text'>, asTokenId: boolean): string {
  return asTokenId ? `token_id:${tokenId}` : text;
}

/** Log-probabilities as the wire has them: never below -9999 (JSON has no infinity). */
export function logprobJson(logprob: number): RawJson {
  return jsonFloat(Math.max(logprob, -9999));
}

/** `prompt_logprobs` of both APIs: token id → logprob, rank, text; null for the first prompt token. */
export function promptLogprobsJson(
  positions: readonly (TokenLogprobs | undefined)[] | undefined,
): readonly (Map<string, unknown> | null)[] | null {
  if (positions === undefined) return null;
  return positions.map((alternatives) =>
    alternatives === undefined
      ? null
      : new Map(
          alternatives.map(({ tokenId, logprob, rank, text }) => [
            String(tokenId),
            { logprob: logprobJson(logprob), rank: rank ?? null, decoded_token: text },
          ]),
        ),
  );
}
