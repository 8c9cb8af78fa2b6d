import type { EngineOutput, EngineRequest, FinishReason } from '@app/engine-protocol';

export function engineRequest(requestId: string, overrides: Partial<EngineRequest> = {}): EngineRequest {
  return {
    requestId,
    promptTokenIds: [1, 2, 3],
    arrivalTime: 1_700_000_000.5,
    priority: 0,
    sampling: {
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
    },
    ...overrides,
  };
}

export function engineOutput(
  requestId: string,
  newTokenIds: readonly number[],
  finishReason?: FinishReason,
): EngineOutput {
  return { requestId, newTokenIds, finishReason };
}
