import type { FinishReason, SamplingParams } from '@app/engine-protocol';
import type { TokenHistory } from '../sampler/token-history.js';
import { endsInRepetition } from './repetition.js';

export interface Stop {
  readonly finishReason: FinishReason;
  readonly stopReason?: number | string | undefined;
}

/** Why a generation ends with its newest token, by the rules and in the order of vLLM (engine protocol §12.6); undefined when it goes on. */
export function findStop(history: TokenHistory, sampling: SamplingParams, maxModelLen: number): Stop | undefined {
  const newest = history.tokenIds[history.tokenIds.length - 1];
  if (newest === sampling.eosTokenId) {
    return { finishReason: 'stop' };
  }
  if (sampling.stopTokenIds.includes(newest)) {
    return { finishReason: 'stop', stopReason: newest };
  }
  if (history.tokenIds.length >= maxModelLen || history.outputLength >= sampling.maxTokens) {
    return { finishReason: 'length' };
  }
  if (
    sampling.repetitionDetection !== undefined &&
    history.outputLength >= sampling.minTokens &&
    endsInRepetition(history.tokenIds, history.outputLength, sampling.repetitionDetection)
  ) {
    return { finishReason: 'repetition', stopReason: 'repetition_detected' };
  }
  return undefined;
}
