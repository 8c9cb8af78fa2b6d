import type { SamplingParams } from '@app/engine-protocol';
import type { TokenHistory } from './token-history.js';

/**
 * Rewrites one row of logits by everything that changes which token is the best one, in vLLM's order: allowed ids, bad words, minimum length,
 * bias, penalties. A forbidden token gets -Infinity. Ids outside the row are ignored (a tokenizer can know more ids than the model).
 */
export function applyLogitRules(logits: Float32Array, sampling: SamplingParams, history: TokenHistory): void {
  if (sampling.allowedTokenIds !== undefined) {
    keepOnly(logits, sampling.allowedTokenIds);
  }
  if (sampling.badWordsTokenIds !== undefined) {
    forbidBadWords(logits, sampling.badWordsTokenIds, history);
  }
  if (history.outputLength < sampling.minTokens) {
    forbid(logits, sampling.allStopTokenIds);
  }
  if (sampling.logitBias !== undefined) {
    for (const [id, bias] of sampling.logitBias) {
      addTo(logits, id, bias);
    }
  }
  penalise(logits, sampling, history);
}

function keepOnly(logits: Float32Array, ids: readonly number[]): void {
  const kept = ids.filter((id) => isInside(logits, id)).map((id) => [id, logits[id]] as const);
  logits.fill(-Infinity);
  for (const [id, logit] of kept) {
    logits[id] = logit;
  }
}

/** A bad word's last token is forbidden where its other tokens are the end of the output. */
function forbidBadWords(logits: Float32Array, words: readonly (readonly number[])[], history: TokenHistory): void {
  for (const word of words) {
    if (word.length > 0 && history.outputEndsWith(word, word.length - 1)) {
      forbid(logits, word.slice(-1));
    }
  }
}

function forbid(logits: Float32Array, ids: readonly number[]): void {
  for (const id of ids) {
    if (isInside(logits, id)) {
      logits[id] = -Infinity;
    }
  }
}

/** Repetition counts prompt and output and scales towards "less likely"; frequency and presence count the output and subtract. */
function penalise(logits: Float32Array, sampling: SamplingParams, history: TokenHistory): void {
  const { repetitionPenalty, frequencyPenalty, presencePenalty } = sampling;
  if (repetitionPenalty !== 1) {
    for (const id of history.promptTokens) {
      repel(logits, id, repetitionPenalty);
    }
    for (const id of history.outputCounts.keys()) {
      if (!history.promptTokens.has(id)) {
        repel(logits, id, repetitionPenalty);
      }
    }
  }
  if (frequencyPenalty !== 0 || presencePenalty !== 0) {
    for (const [id, count] of history.outputCounts) {
      addTo(logits, id, -(frequencyPenalty * count + presencePenalty));
    }
  }
}

function repel(logits: Float32Array, id: number, penalty: number): void {
  if (isInside(logits, id)) {
    const logit = logits[id];
    logits[id] = Math.min(logit > 0 ? logit / penalty : logit * penalty, LARGEST_FLOAT32);
  }
}

function addTo(logits: Float32Array, id: number, addend: number): void {
  if (isInside(logits, id)) {
    logits[id] = Math.min(logits[id] + addend, LARGEST_FLOAT32);
  }
}

function isInside(logits: Float32Array, id: number): boolean {
  return id >= 0 && id < logits.length;
}

/** Logits stay below +Infinity, so that differences of logits are never NaN. */
export const LARGEST_FLOAT32 = 3.4028234663852886e38;
