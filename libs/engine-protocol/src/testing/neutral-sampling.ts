import type { SamplingParams } from '../sampling-params.js';

/** Greedy, nothing penalised, no stop, 16 tokens. */
export function neutralSampling(overrides: Partial<SamplingParams> = {}): SamplingParams {
  return {
    temperature: 0,
    topP: 1,
    topK: 0,
    minP: 0,
    presencePenalty: 0,
    frequencyPenalty: 0,
    repetitionPenalty: 1,
    maxTokens: 16,
    minTokens: 0,
    stopTokenIds: [],
    allStopTokenIds: [],
    ignoreEos: false,
    badWords: [],
    stop: [],
    includeStopStrInOutput: false,
    skipSpecialTokens: true,
    spacesBetweenSpecialTokens: true,
    detokenize: true,
    outputKind: 'delta',
    skipReadingPrefixCache: false,
    ...overrides,
  };
}
