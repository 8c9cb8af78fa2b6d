import { describe, expect, it } from 'vitest';
import { toSampling } from '@testing/onnx-engine';
import { applyLogitRules } from './apply-logit-rules.js';
import { TokenHistory } from './token-history.js';

const NONE = -Infinity;

function historyOf(prompt: readonly number[], output: readonly number[]): TokenHistory {
  const history = new TokenHistory(prompt);
  for (const tokenId of output) {
    history.push(tokenId);
  }
  return history;
}

describe('logit rules', () => {
  it.each([
    ['no rule', {}, [1, -2, 3, -4, 5]],
    ['allowed ids', { allowedTokenIds: [3, 1] }, [NONE, -2, NONE, -4, NONE]],
    ['a bad word of one token', { badWordsTokenIds: [[4]] }, [1, -2, 3, -4, NONE]],
    ['a bad word whose beginning was just said', { badWordsTokenIds: [[2, 2, 0]] }, [NONE, -2, 3, -4, 5]],
    ['a bad word whose beginning was said in another order', { badWordsTokenIds: [[3, 2, 0]] }, [1, -2, 3, -4, 5]],
    ['a bad word that would have begun in the prompt', { badWordsTokenIds: [[1, 3, 2, 2, 0]] }, [1, -2, 3, -4, 5]],
    ['stop ids below the minimum length', { minTokens: 4, allStopTokenIds: [0, 2, 99] }, [NONE, -2, NONE, -4, 5]],
    ['stop ids at the minimum length', { minTokens: 3, allStopTokenIds: [0, 2] }, [1, -2, 3, -4, 5]],
    [
      'bias',
      {
        logitBias: new Map([
          [0, 100],
          [3, -0.5],
        ]),
      },
      [101, -2, 3, -4.5, 5],
    ],
    ['bias on a forbidden token', { badWordsTokenIds: [[4]], logitBias: new Map([[4, 100]]) }, [1, -2, 3, -4, NONE]],
    ['repetition, over prompt and output', { repetitionPenalty: 2 }, [1, -4, 1.5, -8, 5]],
    ['repetition below 1', { repetitionPenalty: 0.5 }, [1, -1, 6, -2, 5]],
    ['frequency, over the output by count', { frequencyPenalty: 0.5 }, [1, -2, 2, -4.5, 5]],
    ['presence, over the output once', { presencePenalty: -1.5 }, [1, -2, 4.5, -2.5, 5]],
    [
      'all penalties in order',
      { repetitionPenalty: 2, frequencyPenalty: 1, presencePenalty: 0.5 },
      [1, -4, -1, -9.5, 5],
    ],
    ['ids no model has', { logitBias: new Map([[77, 1]]), badWordsTokenIds: [[77], []] }, [1, -2, 3, -4, 5]],
    ['an absurd repetition penalty', { repetitionPenalty: Number.MIN_VALUE }, [1, -0, 3.4028234663852886e38, -0, 5]],
  ])('apply %s', (_, overrides, expected) => {
    const logits = Float32Array.of(1, -2, 3, -4, 5);
    applyLogitRules(logits, toSampling(overrides), historyOf([1, 1], [3, 2, 2]));
    expect([...logits]).toEqual(expected);
  });
});
