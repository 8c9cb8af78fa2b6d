import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSampling } from '@testing/onnx-engine';
import { TokenHistory } from '../sampler/token-history.js';
import { endsInRepetition } from './repetition.js';
import { findStop } from './stop-rule.js';

function historyOf(prompt: readonly number[], output: readonly number[]): TokenHistory {
  const history = new TokenHistory(prompt);
  for (const tokenId of output) {
    history.push(tokenId);
  }
  return history;
}

describe('the stop rules', () => {
  const repeating = { maxPatternSize: 2, minPatternSize: 1, minCount: 2 };

  it.each([
    ['goes on', {}, undefined],
    ['EOS', { eosTokenId: 9 }, { finishReason: 'stop' }],
    ['a stop id', { stopTokenIds: [4, 9] }, { finishReason: 'stop', stopReason: 9 }],
    ['EOS before a stop id', { eosTokenId: 9, stopTokenIds: [9] }, { finishReason: 'stop' }],
    ['a stop id before the length', { stopTokenIds: [9], maxTokens: 3 }, { finishReason: 'stop', stopReason: 9 }],
    [
      'EOS even below the minimum length, when it was sampled anyway',
      { eosTokenId: 9, minTokens: 5 },
      { finishReason: 'stop' },
    ],
    ['the most tokens', { maxTokens: 3 }, { finishReason: 'length' }],
    ['the length before a repetition', { maxTokens: 3, repetitionDetection: repeating }, { finishReason: 'length' }],
    [
      'a repetition',
      { repetitionDetection: repeating },
      { finishReason: 'repetition', stopReason: 'repetition_detected' },
    ],
    ['a repetition below the minimum length', { repetitionDetection: repeating, minTokens: 4 }, undefined],
  ])('%s', (_, overrides, expected) => {
    expect(findStop(historyOf([1, 9], [5, 9, 9]), toSampling(overrides), 100)).toEqual(expected);
  });

  it('ends at the length of the model, prompt included', () => {
    expect(findStop(historyOf([1, 2, 3], [4, 5]), toSampling(), 5)).toEqual({ finishReason: 'length' });
    expect(findStop(historyOf([1, 2, 3], [4, 5]), toSampling(), 6)).toBeUndefined();
  });
});

describe('a repetition', () => {
  it.each([
    ['one token, often enough', [1, 7, 7, 7], { maxPatternSize: 3, minPatternSize: 1, minCount: 3 }, true],
    ['one token, not often enough', [1, 2, 7, 7], { maxPatternSize: 3, minPatternSize: 1, minCount: 3 }, false],
    ['a pattern of three', [9, 1, 2, 3, 1, 2, 3], { maxPatternSize: 3, minPatternSize: 2, minCount: 2 }, true],
    ['a pattern that is too long', [1, 2, 3, 1, 2, 3], { maxPatternSize: 2, minPatternSize: 1, minCount: 2 }, false],
    ['a pattern that is too short', [7, 7, 7], { maxPatternSize: 3, minPatternSize: 2, minCount: 2 }, false],
    ['a pattern that has ended', [7, 7, 7, 8], { maxPatternSize: 3, minPatternSize: 1, minCount: 2 }, false],
    ['no limit set', [7, 7, 7, 7], { maxPatternSize: 0, minPatternSize: 0, minCount: 0 }, false],
  ])('%s', (_, output, rule, expected) => {
    expect(endsInRepetition(output, output.length, rule)).toBe(expected);
  });

  it('does not look into the prompt', () => {
    expect(endsInRepetition([7, 7, 7], 1, { maxPatternSize: 1, minPatternSize: 1, minCount: 2 })).toBe(false);
  });

  it('is found whatever came before it', () => {
    const tokens = fc.array(fc.nat(3), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(tokens, tokens, fc.integer({ min: 2, max: 4 }), (before, pattern, minCount) => {
        const output = [...before, ...Array.from({ length: minCount }, () => pattern).flat()];
        const rule = { maxPatternSize: pattern.length, minPatternSize: 1, minCount };
        expect(endsInRepetition(output, output.length, rule)).toBe(true);
      }),
    );
  });
});
