import type { EngineRequest } from '@app/engine-protocol';
import type { AnswerMode } from './answer.js';
import { speakTokens } from './speak-tokens.js';
import type { SpeechLimits, TokenAt } from './speak-tokens.js';

export interface RandomTokenOptions extends SpeechLimits {
  /** Token ids are below it; at least 2. */
  readonly vocabularySize: number;
  /** Tokens before EOS; undefined: as many as the request takes. */
  readonly length?: number | undefined;
}

/** Tokens by a hash of the prompt: the same prompt gets the same answer, from every engine and every time. */
export function hashPrompt(options: RandomTokenOptions): AnswerMode {
  return speakTokens((request) => randomTokens(hashOf(request.promptTokenIds), request, options), options);
}

/** Tokens by the request's seed; by the given seed and the place of the request in the order of arrival when it has none. */
export function seedTokens(seed: number, options: RandomTokenOptions): AnswerMode {
  return speakTokens((request, index) => {
    const own = request.sampling.seed;
    return randomTokens(own === undefined ? hashOf([seed, index]) : hashOf([Number(own)]), request, options);
  }, options);
}

/** Never EOS nor a stop token by chance: an answer is as long as it was asked to be. */
function randomTokens(
  seed: number,
  { sampling: { eosTokenId, stopTokenIds } }: EngineRequest,
  { vocabularySize, length = Infinity }: RandomTokenOptions,
): TokenAt | undefined {
  const endings = eosTokenId === undefined ? stopTokenIds : [eosTokenId, ...stopTokenIds];
  const excluded = new Set(endings.filter((tokenId) => tokenId < vocabularySize));
  if (excluded.size === vocabularySize) return undefined;
  return (position) => {
    if (position >= length && eosTokenId !== undefined) return eosTokenId;
    let tokenId = mixed(seed + Math.imul(position + 1, WEYL)) % vocabularySize;
    while (excluded.has(tokenId)) tokenId = (tokenId + 1) % vocabularySize;
    return tokenId;
  };
}

/** 2^32 divided by the golden ratio: successive multiples lie far apart. */
const WEYL = 0x9e3779b9;

/** 32 bits of a list of whole numbers. */
function hashOf(values: readonly number[]): number {
  return values.reduce((hash, value) => mixed(mixed(hash ^ value) + Math.floor(value / 2 ** 32)), WEYL);
}

/** The finaliser of MurmurHash3: every bit of the result depends on every bit of the value. */
function mixed(value: number): number {
  let bits = value ^ (value >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
