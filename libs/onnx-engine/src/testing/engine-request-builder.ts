import type { EngineRequest, SamplingParams } from '@app/engine-protocol';

/** Neutral parameters: greedy, nothing penalised, no stop. */
export function toSampling(overrides: Partial<SamplingParams> = {}): SamplingParams {
  return {
    temperature: 0,
    topP: 1,
    topK: 0,
    minP: 0,
    presencePenalty: 0,
    frequencyPenalty: 0,
    repetitionPenalty: 1,
    maxTokens: 8,
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

/** A request of client 0 that continues a prompt. */
export function toRequest(
  requestId: string,
  promptTokenIds: readonly number[],
  {
    sampling,
    ...overrides
  }: Partial<Omit<EngineRequest, 'sampling'>> & { readonly sampling?: Partial<SamplingParams> } = {},
): EngineRequest {
  return { requestId, promptTokenIds, sampling: toSampling(sampling), arrivalTime: 0, priority: 0, ...overrides };
}
