import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadOnnxRuntime } from '../load-onnx-runtime.js';
import type { OnnxSession } from '../onnx-runtime.js';
import { buildConcatKvDecoder } from './build-concat-kv-decoder.js';
import { buildGqaDecoder } from './build-gqa-decoder.js';
import { toDecoderShape } from './decoder-options.js';
import { createCache, maxDifference, runDecoder } from './run-decoder.js';

describe('random-weight decoders', () => {
  it('are the same bytes for the same seed and others for another', () => {
    expect(Buffer.compare(buildGqaDecoder({ seed: 3 }), buildGqaDecoder({ seed: 3 }))).toBe(0);
    expect(Buffer.compare(buildGqaDecoder({ seed: 3 }), buildGqaDecoder({ seed: 4 }))).not.toBe(0);
  });

  it.each([
    ['kvHeads that do not divide heads', { heads: 4, kvHeads: 3 }],
    ['a head the rotary kernel cannot take', { headDim: 12 }],
    ['no layers', { layers: 0 }],
    ['a size that is no integer', { hiddenSize: 1.5 }],
  ])('refuse %s', (_, options) => {
    expect(() => toDecoderShape(options)).toThrow(RangeError);
  });
});

describe.each([
  ['grouped heads', { heads: 4, kvHeads: 2 }],
  ['one head for each', { heads: 2, kvHeads: 2, layers: 1 }],
  ['one shared head', { heads: 4, kvHeads: 1, headDim: 32, seed: 9 }],
])('the layouts of a decoder with %s', (_, options) => {
  let gqa: OnnxSession;
  let concat: OnnxSession;
  let sdpa: OnnxSession;

  beforeAll(async () => {
    const { runtime } = await loadOnnxRuntime();
    const threads = { intraOpNumThreads: 1 };
    gqa = await runtime.createSession(buildGqaDecoder(options), threads);
    concat = await runtime.createSession(buildConcatKvDecoder(options), threads);
    sdpa = await runtime.createSession(buildConcatKvDecoder({ ...options, scaling: 'shape' }), threads);
  });

  afterAll(async () => {
    await Promise.all([gqa, concat, sdpa].map((session) => session.release()));
  });

  it('give the same logits for a prompt and the steps after it', async () => {
    const steps = [[5, 17, 3, 88, 41], [7], [95]];
    const all: Float32Array[][] = [];
    for (const session of [gqa, concat, sdpa]) {
      const logits: Float32Array[] = [];
      let cache = createCache(session, 1, 0);
      let past = 0;
      for (const tokens of steps) {
        const result = await runDecoder(session, { tokens: [tokens], past: [past], cache });
        logits.push(result.logits);
        ({ cache } = result);
        past += tokens.length;
      }
      all.push(logits);
    }
    const [reference, ...others] = all;
    for (const other of others) {
      for (const [step, logits] of other.entries()) {
        expect(maxDifference(logits, reference?.[step] ?? [])).toBeLessThan(1e-4);
      }
    }
    const spread = Math.max(...(reference?.[2] ?? [])) - Math.min(...(reference?.[2] ?? []));
    expect(spread).toBeGreaterThan(1);
  });
});
