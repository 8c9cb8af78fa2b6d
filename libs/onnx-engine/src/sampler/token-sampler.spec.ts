import { describe, expect, it } from 'vitest';
import { toSampling } from '@testing/onnx-engine';
import { TokenSampler } from './token-sampler.js';

const logits = (): Float32Array => Float32Array.from({ length: 50 }, (_, id) => Math.sin(id));

function sampleMany(sampler: TokenSampler, count: number): number[] {
  return Array.from({ length: count }, () => sampler.sample(logits()).tokenId);
}

describe('the sampler of a request', () => {
  it('gives the same tokens for the same seed, as a number or a bigint, and others for another', () => {
    const ofSeed = (seed: number | bigint): number[] =>
      sampleMany(new TokenSampler(toSampling({ temperature: 1, seed }), [1]), 20);
    expect(ofSeed(-5)).toEqual(ofSeed(-5n));
    expect(ofSeed(2 ** 40)).not.toEqual(ofSeed(2 ** 41));
  });

  it('gives different tokens to two requests without a seed', () => {
    const unseeded = (): number[] => sampleMany(new TokenSampler(toSampling({ temperature: 1 }), [1]), 20);
    expect(unseeded()).not.toEqual(unseeded());
  });

  it('remembers what it sampled: a penalty drives the best token out', () => {
    const sampler = new TokenSampler(toSampling({ presencePenalty: 2 }), [1]);
    expect(sampleMany(sampler, 3)).toEqual([33, 14, 8]);
    expect(sampler.history.tokenIds).toEqual([1, 33, 14, 8]);
  });

  it('reports the model’s own log-probabilities, not those after bias and penalties', () => {
    const sampling = toSampling({ logprobs: 1, logitBias: new Map([[3, 100]]), temperature: 0 });
    const { tokenId, logprobs } = new TokenSampler(sampling, [1]).sample(
      Float32Array.from([0.5, 0.25, 0.125, 0.125], Math.log),
    );
    expect(tokenId).toBe(3);
    expect({ ...logprobs, logprobs: Array.from(logprobs?.logprobs ?? [], Math.exp) }).toMatchObject({
      tokenIds: Int32Array.of(3, 0),
      logprobs: [expect.closeTo(0.125), expect.closeTo(0.5)],
      ranks: Int32Array.of(4),
    });
  });

  it('reports exactly the ids asked for', () => {
    const { logprobs } = new TokenSampler(toSampling({ logprobs: 2, logprobTokenIds: [7, 9] }), [1]).sample(logits());
    expect(logprobs?.tokenIds).toEqual(Int32Array.of(33, 7, 9));
  });

  it.each([
    ['NaN', [NaN, 1, NaN, 2], 3],
    ['+Infinity', [0, Infinity, 1, Infinity], 1],
    ['nothing but NaN', [NaN, NaN, NaN, NaN], 0],
  ])('survives a model that gives %s', (_, row, expected) => {
    const greedy = new TokenSampler(toSampling({ logprobs: 1 }), [1]).sample(Float32Array.from(row));
    const seeded = new TokenSampler(toSampling({ temperature: 0.01, topP: 0.5, seed: 1 }), [1]).sample(
      Float32Array.from(row),
    );
    expect([greedy.tokenId, seeded.tokenId]).toEqual([expected, expected]);
  });
});
