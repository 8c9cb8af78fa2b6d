import type { AnswerMode } from './answer.js';
import { speakTokens } from './speak-tokens.js';
import type { SpeechLimits } from './speak-tokens.js';

/** The given tokens, or those of the prompt, then EOS; over and over until a stop rule ends it. */
export function repeatTokens(given: readonly number[] | undefined, limits: SpeechLimits): AnswerMode {
  return speakTokens(({ promptTokenIds, sampling: { eosTokenId } }) => {
    const once = given ?? promptTokenIds;
    const tokenIds = eosTokenId === undefined ? once : [...once, eosTokenId];
    return tokenIds.length === 0 ? undefined : (position) => tokenIds[position % tokenIds.length];
  }, limits);
}
