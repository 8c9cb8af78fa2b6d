import { describe, expect, it } from 'vitest';
import { deriveContextLength, deriveMaxModelLen } from './max-model-len.js';

describe('deriveContextLength', () => {
  it.each([
    ['max_position_embeddings', { max_position_embeddings: 4096 }, { key: 'max_position_embeddings', length: 4096 }],
    [
      'the least of several keys',
      { max_position_embeddings: 4096, n_positions: 1024 },
      { key: 'n_positions', length: 1024 },
    ],
    [
      'Cohere',
      { max_position_embeddings: 8192, model_max_length: 131072 },
      { key: 'model_max_length', length: 131072 },
    ],
    ['none', {}, { key: 'max_position_embeddings', length: 2048 }],
    ['nonsense', { max_position_embeddings: 'x', seq_len: -1 }, { key: 'max_position_embeddings', length: 2048 }],
    [
      'linear RoPE scaling',
      { max_position_embeddings: 2048, rope_scaling: { type: 'linear', factor: 4 } },
      { key: 'max_position_embeddings', length: 8192 },
    ],
    [
      'YaRN',
      {
        max_position_embeddings: 32768,
        rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 4096 },
      },
      { key: 'max_position_embeddings', length: 16384 },
    ],
    [
      'Llama 3 scaling, already in the length',
      { max_position_embeddings: 131072, rope_scaling: { rope_type: 'llama3', factor: 8 } },
      { key: 'max_position_embeddings', length: 131072 },
    ],
  ])('%s', (_, config, expected) => {
    expect(deriveContextLength(config)).toEqual(expected);
  });
});

describe('deriveMaxModelLen', () => {
  const model = { config: { max_position_embeddings: 1000 } };

  it.each([
    [undefined, 1000],
    [-1, 1000],
    [1000, 1000],
    [12, 12],
  ])('%s gives %i', (requested, expected) => {
    expect(deriveMaxModelLen(model, requested)).toBe(expected);
  });

  it('refuses more than the model has, in vLLM words', () => {
    expect(() => deriveMaxModelLen(model, 1001)).toThrow(
      /^User-specified max_model_len \(1001\) .* in model's config\.json\)\.$/,
    );
    expect(() => deriveMaxModelLen(model, 1001, false)).toThrow(
      'User-specified max_model_len (1001) is greater than the derived max_model_len (max_position_embeddings=1000 or ' +
        "model_max_length=None in model's config.json). To allow overriding this maximum, set the env var " +
        'VLLM_ALLOW_LONG_MAX_MODEL_LEN=1.',
    );
    expect(deriveMaxModelLen(model, 1001, true)).toBe(1001);
  });

  it.each([0, -2, 1.5, Number.NaN])('refuses %s', (requested) => {
    expect(() => deriveMaxModelLen(model, requested)).toThrow('max_model_len must be a positive integer');
  });
});
