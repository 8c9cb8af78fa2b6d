import type { EngineRequest, SamplingParams } from '@app/engine-protocol';
import { neutralSampling } from '@testing/engine-protocol';

/** Neutral parameters of a short answer. */
export function toSampling(overrides: Partial<SamplingParams> = {}): SamplingParams {
  return neutralSampling({ maxTokens: 8, ...overrides });
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
