import type { EngineOutput, EngineRequest, FinishReason } from '@app/engine-protocol';
import { neutralSampling } from '@testing/engine-protocol';

export function engineRequest(requestId: string, overrides: Partial<EngineRequest> = {}): EngineRequest {
  return {
    requestId,
    promptTokenIds: [1, 2, 3],
    arrivalTime: 1_700_000_000.5,
    priority: 0,
    sampling: neutralSampling(),
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
