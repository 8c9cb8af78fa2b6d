import type { SamplingParams } from '@app/engine-protocol';
import { engineRequest } from '@testing/engine-server';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerMode } from './answer.js';
import { hashPrompt, seedTokens } from './random-tokens.js';

const options = { maxModelLen: 1000, vocabularySize: 50 };

function ask(promptTokenIds: readonly number[], sampling: Partial<SamplingParams> = {}) {
  const plain = engineRequest('r');
  return { ...plain, promptTokenIds, sampling: { ...plain.sampling, maxTokens: 20, ...sampling } };
}

function tokens(mode: AnswerMode, request: ReturnType<typeof ask>, index = 0): readonly number[] {
  return [...mode(request, index).steps].flatMap(({ newTokenIds }) => newTokenIds);
}

function ending(mode: AnswerMode, request: ReturnType<typeof ask>): unknown {
  return [...mode(request, 0).steps].at(-1)?.finishReason;
}

describe('hashPrompt', () => {
  it('answers a prompt alike wherever and whenever it comes, and another one otherwise', () => {
    const once = tokens(hashPrompt(options), ask([1, 2, 3]), 0);
    expect(once).toHaveLength(20);
    expect(tokens(hashPrompt(options), ask([1, 2, 3], { seed: 5 }), 7)).toEqual(once);
    for (const other of [
      [1, 2],
      [1, 3, 2],
      [1, 2, 4],
      [0, 1, 2, 3],
    ]) {
      expect(tokens(hashPrompt(options), ask(other))).not.toEqual(once);
    }
  });

  it('stays inside the vocabulary, and ends by EOS at its length alone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(), { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 2, max: 6 }),
        (prompt, size) => {
          const mode = hashPrompt({ ...options, vocabularySize: size, length: 12 });
          const said = tokens(mode, ask(prompt, { eosTokenId: 1, stopTokenIds: [9] }));
          expect(said).toHaveLength(13);
          expect(said.at(-1)).toBe(1);
          expect(said.slice(0, -1).every((tokenId) => tokenId < size && tokenId !== 1)).toBe(true);
        },
      ),
    );
  });

  it.each([
    ['max_tokens when the length is farther', { length: 30, eosTokenId: 1 }, 20, 'length'],
    ['max_tokens when no EOS ends it', { length: 3, eosTokenId: undefined }, 20, 'length'],
    ['EOS at once for no length', { length: 0, eosTokenId: 1 }, 1, 'stop'],
  ])('ends by %s', (_, { length, eosTokenId }, count, reason) => {
    const mode = hashPrompt({ ...options, length });
    expect(tokens(mode, ask([1], { eosTokenId }))).toHaveLength(count);
    expect(ending(mode, ask([1], { eosTokenId }))).toBe(reason);
  });

  it('has nothing to say where every token would end it', () => {
    expect(ending(hashPrompt({ ...options, vocabularySize: 2 }), ask([1], { stopTokenIds: [0, 1] }))).toBe('error');
  });
});

describe('seedTokens', () => {
  it('follows the seed of the request, whatever the prompt and the place in the queue', () => {
    const once = tokens(seedTokens(1, options), ask([1], { seed: 42 }), 0);
    expect(tokens(seedTokens(2, options), ask([9, 9], { seed: 42 }), 5)).toEqual(once);
    expect(tokens(seedTokens(1, options), ask([1], { seed: 43 }), 0)).not.toEqual(once);
    const wide = tokens(seedTokens(1, options), ask([1], { seed: 42n + (1n << 40n) }), 0);
    expect(wide).not.toEqual(once);
  });

  it('gives requests without one the same series in every run', () => {
    const series = (seed: number) =>
      [0, 1, 2].map((index) => tokens(seedTokens(seed, options), ask([1]), index).join());
    expect(series(7)).toEqual(series(7));
    expect(new Set([...series(7), ...series(8)]).size).toBe(6);
  });
});
