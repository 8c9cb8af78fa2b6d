import type { EngineRequest, FinishReason, SamplingParams } from '@app/engine-protocol';
import type { AnswerMode, AnswerStep } from './answer.js';
import { certainRows } from './certain-rows.js';

/** The token at a position of the answer; defined for every position. */
export type TokenAt = (position: number) => number;

export interface SpeechLimits {
  /** Prompt and output together, in tokens. */
  readonly maxModelLen: number;
  /** Tokens of one request in one step; default 1. */
  readonly chunkSize?: number | undefined;
}

/** What a real engine sends to a request that cannot be answered. */
const REFUSED: AnswerStep = { newTokenIds: [], finishReason: 'error' };

/**
 * Tokens from a source, until a stop rule of a real engine ends them (engine protocol §12.6), the context's end at the latest. `toTokens` gives
 * undefined for a request that it has nothing to say to. Log probabilities are those of a model that is certain of every token.
 */
export function speakTokens(
  toTokens: (request: EngineRequest, index: number) => TokenAt | undefined,
  limits: SpeechLimits,
): AnswerMode {
  return (request, index) => {
    const tokenAt = toTokens(request, index);
    const room = Math.min(request.sampling.maxTokens, limits.maxModelLen - request.promptTokenIds.length);
    return { steps: tokenAt === undefined || !(room > 0) ? [REFUSED] : toSteps(tokenAt, request, { ...limits, room }) };
  };
}

function* toSteps(
  tokenAt: TokenAt,
  { sampling, promptTokenIds }: EngineRequest,
  { room, chunkSize = 1 }: SpeechLimits & { readonly room: number },
): Generator<AnswerStep> {
  let promptLogprobs = certainRows(promptTokenIds.slice(1), sampling.promptLogprobs);
  let end: End | undefined;
  for (let position = 0; end === undefined;) {
    const newTokenIds: number[] = [];
    while (end === undefined && newTokenIds.length < chunkSize) {
      const tokenId = tokenAt(position++);
      newTokenIds.push(tokenId);
      end = findEnd(tokenId, position, sampling) ?? (position === room ? { finishReason: 'length' } : undefined);
    }
    const logprobs = certainRows(newTokenIds, sampling.logprobTokenIds ?? sampling.logprobs);
    yield { newTokenIds, logprobs, promptLogprobs, ...end };
    promptLogprobs = undefined;
  }
}

interface End {
  readonly finishReason: FinishReason;
  readonly stopReason?: number | undefined;
}

/** `count`: output tokens with this one. */
function findEnd(tokenId: number, count: number, sampling: SamplingParams): End | undefined {
  if (count < sampling.minTokens) return undefined;
  if (tokenId === sampling.eosTokenId) return { finishReason: 'stop' };
  return sampling.stopTokenIds.includes(tokenId) ? { finishReason: 'stop', stopReason: tokenId } : undefined;
}
