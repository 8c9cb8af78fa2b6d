import { describe, expect, it } from 'vitest';
import { toRequest } from '@testing/onnx-engine';
import { findFault } from './find-fault.js';

const limits = { maxModelLen: 8, vocabularySize: 32, followsGrammars: false, boundsThoughts: false };

describe('the check of a request', () => {
  it.each([
    ['an empty prompt', [], 'The prompt is empty.'],
    [
      'a prompt as long as the model',
      [1, 2, 3, 4, 5, 6, 7, 8],
      'The prompt has 8 tokens; this model accepts at most 7.',
    ],
    ['an id past the vocabulary', [1, 32], 'Token id 32 is out of vocabulary (32 tokens).'],
    ['a negative id', [-1], 'Token id -1 is out of vocabulary (32 tokens).'],
    ['half an id', [0.5], 'Token id 0.5 is out of vocabulary (32 tokens).'],
  ])('refuses %s', (_, prompt, message) => {
    expect(findFault(toRequest('a', prompt), limits)).toEqual({ code: 'validation_error', message, retryable: false });
  });

  it.each([
    ['temperature', { temperature: NaN }, 'temperature is out of range.'],
    ['temperature', { temperature: Infinity }, 'temperature is out of range.'],
    ['topP', { topP: 0 }, 'topP is out of range.'],
    ['minP', { minP: 1.5 }, 'minP is out of range.'],
    ['presencePenalty', { presencePenalty: 3 }, 'presencePenalty is out of range.'],
    ['repetitionPenalty', { repetitionPenalty: 0 }, 'repetitionPenalty is out of range.'],
    ['topK', { topK: 1.5 }, 'topK must be a whole number of at least -1.'],
    ['maxTokens', { maxTokens: 0 }, 'maxTokens must be a whole number of at least 1.'],
    ['minTokens', { minTokens: -1 }, 'minTokens must be a whole number of at least 0.'],
    ['seed', { seed: 0.5 }, 'seed must be a whole number.'],
    ['logprobs', { logprobs: 33 }, 'More log-probabilities are asked for than the vocabulary has tokens (32).'],
    [
      'logitBias ids',
      { logitBias: new Map([[32, 1]]) },
      'logitBias holds token id 32, which is out of vocabulary (32 tokens).',
    ],
    ['logitBias values', { logitBias: new Map([[3, NaN]]) }, 'logitBias values must be from -100 to 100.'],
    ['allowedTokenIds', { allowedTokenIds: [] }, 'allowedTokenIds must not be empty.'],
    [
      'badWordsTokenIds',
      { badWordsTokenIds: [[1, 99]] },
      'badWordsTokenIds holds token id 99, which is out of vocabulary (32 tokens).',
    ],
    ['logprobTokenIds', { logprobTokenIds: Array<number>(129).fill(1) }, 'logprobTokenIds may hold at most 128 ids.'],
    [
      'structuredOutputs',
      {
        structuredOutputs: {
          regex: 'a',
          disableAnyWhitespace: false,
          disableAdditionalProperties: false,
          backendWasAuto: true,
        },
      },
      'This engine does not support structured outputs.',
    ],
    [
      'thinkingTokenBudget',
      { thinkingTokenBudget: 5 },
      'This engine does not know where thoughts end: it cannot keep to a thinking token budget.',
    ],
  ])('refuses a bad %s', (_, sampling, message) => {
    expect(findFault(toRequest('a', [1], { sampling }), limits)?.message).toBe(message);
  });

  it('bounds the log-probabilities of a prompt', () => {
    const large = { ...limits, maxModelLen: 100_000, vocabularySize: 150_000 };
    const prompt = Array<number>(1000).fill(1);
    const all = toRequest('a', prompt, { sampling: { promptLogprobs: -1 } });
    expect(findFault(all, large)?.message).toBe(
      '150001 log-probabilities for each of 1000 prompt tokens are too many.',
    );
    expect(findFault(toRequest('a', prompt, { sampling: { promptLogprobs: 20 } }), large)).toBeUndefined();
  });

  it('refuses rows of embeddings, which it would take for the ids beside them', () => {
    const promptEmbeds = { dtype: 'float32', hiddenSize: 1, bytes: new Uint8Array(4) };
    expect(findFault(toRequest('a', [0], { promptEmbeds }), limits)?.message).toBe(
      'This engine takes token ids only, no prompt embeddings.',
    );
  });

  it('lets every allowed extreme pass', () => {
    const sampling = {
      temperature: 2,
      topP: 1,
      topK: -1,
      minP: 1,
      seed: -(2n ** 63n),
      maxTokens: Number.MAX_SAFE_INTEGER,
      logprobs: -1,
      promptLogprobs: 0,
      logitBias: new Map([[31, -100]]),
      allStopTokenIds: [9999],
      stopTokenIds: [9999],
    };
    expect(findFault(toRequest('a', [0, 31, 1, 2, 3, 4, 5], { sampling }), limits)).toBeUndefined();
  });
});
