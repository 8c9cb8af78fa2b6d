import type { LogprobRows, SamplingParams } from '@app/engine-protocol';
import type { BeamOffer } from './beam-step.js';

/**
 * What a step's engine request offers: the sampled token and the likeliest ones in the engine's order, or, when the request listed tokens, those of
 * them that are possible at all, likeliest first. A token listed twice stands at its first place.
 */
export function toBeamOffers(
  { columns, tokenIds, logprobs }: LogprobRows,
  { logprobs: asked = 0, logprobTokenIds: allowed }: Pick<SamplingParams, 'logprobs' | 'logprobTokenIds'>,
): readonly BeamOffer[] {
  const offers = new Map<number, BeamOffer>();
  // The engine's table may have more columns (engine protocol §5.5).
  for (let column = 0; column < Math.min(columns, (allowed?.length ?? asked) + 1); column++) {
    offers.set(tokenIds[column], { tokenId: tokenIds[column], logprob: logprobs[column] });
  }
  return allowed
    ? [...offers.values()]
        .filter(({ tokenId, logprob }) => allowed.includes(tokenId) && Number.isFinite(logprob))
        .sort((a, b) => b.logprob - a.logprob)
    : [...offers.values()];
}
