import type { EngineRequest, FinishReason, SamplingParams } from '@app/engine-protocol';
import type { AnswerMode, AnswerStep } from './answer.js';
import { certainRows } from './certain-rows.js';

/**
 * The given tokens, or those of the prompt, then EOS; one a step, over and over until a stop rule of a real engine ends it
 * (engine protocol §12.6), the context's end at the latest.
 */
export function repeatTokens(given: readonly number[] | undefined, maxModelLen: number): AnswerMode {
  return (request) => ({ steps: toSteps(given ?? request.promptTokenIds, request, maxModelLen) });
}

function toSteps(given: readonly number[], request: EngineRequest, maxModelLen: number): readonly AnswerStep[] {
  const { sampling, promptTokenIds } = request;
  const tokenIds = sampling.eosTokenId === undefined ? given : [...given, sampling.eosTokenId];
  const limit = Math.min(sampling.maxTokens, maxModelLen - promptTokenIds.length);
  if (tokenIds.length === 0 || limit <= 0) return [{ newTokenIds: [], finishReason: 'error' }];
  const steps: AnswerStep[] = [];
  for (let end: End | undefined; end === undefined;) {
    const tokenId = tokenIds[steps.length % tokenIds.length];
    const count = steps.length + 1;
    end = findEnd(tokenId, count, sampling) ?? (count === limit ? { finishReason: 'length' } : undefined);
    const logprobs = certainRows([tokenId], sampling.logprobTokenIds ?? sampling.logprobs);
    steps.push({ newTokenIds: [tokenId], logprobs, ...end });
  }
  const promptLogprobs = certainRows(promptTokenIds.slice(1), sampling.promptLogprobs);
  return [{ ...steps[0], promptLogprobs }, ...steps.slice(1)];
}

interface End {
  readonly finishReason: FinishReason;
  readonly stopReason?: number | undefined;
}

function findEnd(tokenId: number, count: number, sampling: SamplingParams): End | undefined {
  if (count < sampling.minTokens) return undefined;
  if (tokenId === sampling.eosTokenId) return { finishReason: 'stop' };
  return sampling.stopTokenIds.includes(tokenId) ? { finishReason: 'stop', stopReason: tokenId } : undefined;
}
