import type { EngineRequest, SamplingParams } from '@app/engine-protocol';
import { engineRequest } from '@testing/engine-server';
import { describe, expect, it } from 'vitest';
import { repeatTokens } from './repeat-tokens.js';

function request(sampling: Partial<SamplingParams>, promptTokenIds = [1, 2, 3]): EngineRequest {
  const plain = engineRequest('r');
  return { ...plain, promptTokenIds, sampling: { ...plain.sampling, maxTokens: 16, ...sampling } };
}

/** Tokens, finish reason and stop reason. */
function answer(given: readonly number[] | undefined, asked: EngineRequest, maxModelLen = 64): unknown {
  const steps = [...repeatTokens(given, { maxModelLen })(asked, 0).steps];
  const { finishReason, stopReason } = steps[steps.length - 1];
  return [steps.flatMap(({ newTokenIds }) => newTokenIds), finishReason, stopReason];
}

describe('repeatTokens', () => {
  it.each<[string, readonly number[] | undefined, EngineRequest, unknown]>([
    ['plays the prompt back, then EOS', undefined, request({ eosTokenId: 9 }), [[1, 2, 3, 9], 'stop', undefined]],
    ['plays the given tokens', [5, 6], request({ eosTokenId: 9 }), [[5, 6, 9], 'stop', undefined]],
    ['ends at max_tokens', [5, 6], request({ eosTokenId: 9, maxTokens: 2 }), [[5, 6], 'length', undefined]],
    ['begins again without EOS', [5, 6], request({ maxTokens: 5 }), [[5, 6, 5, 6, 5], 'length', undefined]],
    ['ends at a stop token', [5, 6, 7], request({ stopTokenIds: [6] }), [[5, 6], 'stop', 6]],
    [
      'does not end before min_tokens',
      [5, 9],
      request({ eosTokenId: 9, stopTokenIds: [5], minTokens: 5 }),
      [[5, 9, 9, 5, 9], 'stop', undefined],
    ],
    ['ends an EOS of the prompt as one of its own', undefined, request({ eosTokenId: 2 }), [[1, 2], 'stop', undefined]],
    ['has nothing to say about nothing', undefined, request({}, []), [[], 'error', undefined]],
  ])('%s', (_, given, asked, expected) => {
    expect(answer(given, asked)).toEqual(expected);
  });

  it('says several tokens a step when it is told to, up to the end', () => {
    const asked = request({ maxTokens: 5, logprobs: 0 });
    const { steps } = repeatTokens([7, 8], { maxModelLen: 64, chunkSize: 2 })(asked, 0);
    expect([...steps].map(({ newTokenIds, logprobs }) => [newTokenIds, logprobs?.rows])).toEqual([
      [[7, 8], 2],
      [[7, 8], 2],
      [[7], 1],
    ]);
  });

  it('ends where the context does', () => {
    expect(answer([5], request({ maxTokens: 100 }), 8)).toEqual([[5, 5, 5, 5, 5], 'length', undefined]);
    expect(answer([5], request({}), 3)).toEqual([[], 'error', undefined]);
  });

  it('is certain of every token when log probabilities are asked for', () => {
    const asked = request({ eosTokenId: 9, logprobs: 2, promptLogprobs: 0 });
    const steps = [...repeatTokens([1], { maxModelLen: 64 })(asked, 0).steps];
    const row = (tokenIds: number[]) => ({
      ...{ rows: 1, columns: 3, tokenIds: Int32Array.from(tokenIds), ranks: Int32Array.from([1]) },
      logprobs: Float32Array.from([0, -Infinity, -Infinity]),
    });
    expect(steps.map(({ logprobs }) => logprobs)).toEqual([row([1, 0, 2]), row([9, 0, 1])]);
    expect(steps.map(({ promptLogprobs }) => promptLogprobs)).toEqual([
      {
        ...{ rows: 2, columns: 1, tokenIds: Int32Array.from([2, 3]), ranks: Int32Array.from([1, 1]) },
        logprobs: Float32Array.from([0, 0]),
      },
      undefined,
    ]);
  });

  it('gives the log probabilities of the ids asked for', () => {
    const asked = request({ eosTokenId: 9, logprobTokenIds: [4, 9] });
    const steps = [...repeatTokens([1], { maxModelLen: 64 })(asked, 0).steps];
    expect(steps.map(({ logprobs }) => [...(logprobs?.logprobs as Float32Array)])).toEqual([
      [0, -Infinity, -Infinity],
      [0, -Infinity, 0],
    ]);
  });
});
