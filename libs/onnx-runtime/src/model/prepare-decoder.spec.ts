import { afterEach, describe, expect, it } from 'vitest';
import { loadOnnxRuntime } from '../load-onnx-runtime.js';
import type { OnnxSession } from '../onnx-runtime.js';
import {
  buildConcatKvDecoder,
  buildGqaDecoder,
  createCache,
  maxDifference,
  runDecoder,
  sliceBatch,
} from '../testing/index.js';
import { prepareDecoder } from './prepare-decoder.js';
import { readModel } from './read-model.js';

const VOCABULARY = 96;
const prompt = [5, 17, 3, 88, 41];
const sessions: OnnxSession[] = [];

async function open(bytes: Uint8Array): Promise<OnnxSession> {
  const { runtime } = await loadOnnxRuntime();
  const session = await runtime.createSession(bytes, { intraOpNumThreads: 1 });
  sessions.push(session);
  return session;
}

function row(logits: Float32Array, index: number): Float32Array {
  return logits.subarray(index * VOCABULARY, (index + 1) * VOCABULARY);
}

describe('prepareDecoder', () => {
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.release()));
  });

  it.each([
    ['a GQA export', buildGqaDecoder(), {}, 'in-place'],
    ['a Concat export', buildConcatKvDecoder(), { heads: 4 }, 'in-place'],
    ['a Concat export scaled by its shape', buildConcatKvDecoder({ scaling: 'shape' }), { heads: 4 }, 'in-place'],
    ['a Concat export without repeated heads', buildConcatKvDecoder({ kvHeads: 4 }), {}, 'in-place'],
    ['a Concat export whose heads are not known', buildConcatKvDecoder(), {}, 'new-rows'],
    ['a Concat export that must not be fused', buildConcatKvDecoder(), { heads: 4, fuse: false }, 'new-rows'],
  ] as const)('chooses the cache layout of %s', (_, bytes, options, cacheLayout) => {
    const prepared = prepareDecoder(bytes, options);
    expect([prepared.cacheLayout, prepared.keepsLogitsPositions]).toEqual([cacheLayout, true]);
  });

  it.each([
    ['GQA', buildGqaDecoder(), {}],
    ['fused', buildConcatKvDecoder(), { heads: 4 }],
    ['fused, scaled by shape', buildConcatKvDecoder({ scaling: 'shape' }), { heads: 4 }],
  ] as const)(
    'gives the logits of the untouched model, in place and for the positions asked for (%s)',
    async (_, bytes, options) => {
      const untouched = await open(bytes);
      const first = await runDecoder(untouched, { tokens: [prompt], past: [0], cache: createCache(untouched, 1, 0) });
      const second = await runDecoder(untouched, { tokens: [[9]], past: [5], cache: first.cache });

      const prepared = await open(prepareDecoder(bytes, options).bytes);
      const cache = createCache(prepared, 1, 16);
      const chunk = await runDecoder(prepared, { tokens: [prompt], past: [0], cache, present: cache, kept: [[1, 4]] });
      const step = await runDecoder(prepared, { tokens: [[9]], past: [5], cache, present: cache, kept: [[0]] });

      expect(maxDifference(row(chunk.logits, 0), row(first.logits, 1))).toBeLessThan(1e-4);
      expect(maxDifference(row(chunk.logits, 1), row(first.logits, 4))).toBeLessThan(1e-4);
      expect(maxDifference(step.logits, second.logits)).toBeLessThan(1e-4);
    },
  );

  it.each([
    ['in place, GQA', buildGqaDecoder(), {}, 16],
    ['in place, fused', buildConcatKvDecoder(), { heads: 4 }, 16],
    ['new rows', buildConcatKvDecoder(), { fuse: false }, 0],
  ] as const)('fills the cache without computing any logits (%s)', async (_, bytes, options, rows) => {
    const session = await open(prepareDecoder(bytes, options).bytes);
    const cache = createCache(session, 1, rows);
    const present = rows > 0 ? cache : undefined;
    const result = await runDecoder(session, { tokens: [prompt], past: [0], cache, present, kept: [[]] });
    expect(result.logits).toEqual(new Float32Array(0));
    expect(Object.values(result.cache).every(({ data }) => data.some((value) => value !== 0))).toBe(true);
  });

  it('runs a fused model in ragged batches', async () => {
    const prompts = [prompt, [60, 2], [11, 12, 13, 14, 15, 16, 17]];
    const reference = await open(buildConcatKvDecoder());
    const session = await open(prepareDecoder(buildConcatKvDecoder(), { heads: 4 }).bytes);
    const cache = createCache(session, 3, 12);
    const expected: Float32Array[] = [];
    for (const [slot, tokens] of prompts.entries()) {
      const alone = await runDecoder(reference, { tokens: [tokens], past: [0], cache: createCache(reference, 1, 0) });
      expected.push(
        (await runDecoder(reference, { tokens: [[slot]], past: [tokens.length], cache: alone.cache })).logits,
      );
      const own = sliceBatch(cache, slot, slot + 1);
      await runDecoder(session, { tokens: [tokens], past: [0], cache: own, present: own, kept: [[]] });
    }
    const { logits } = await runDecoder(session, {
      tokens: [[0], [1], [2]],
      past: prompts.map(({ length }) => length),
      cache,
      present: cache,
      kept: [[0], [0], [0]],
    });
    for (const [slot, alone] of expected.entries()) {
      expect(maxDifference(row(logits, slot), alone)).toBeLessThan(1e-4);
    }
  });

  it('gives only the new rows to a caller that keeps a padded cache with holes', async () => {
    const bytes = buildConcatKvDecoder();
    const reference = await open(bytes);
    const first = await runDecoder(reference, { tokens: [prompt], past: [0], cache: createCache(reference, 1, 0) });
    const second = await runDecoder(reference, { tokens: [[9, 8]], past: [5], cache: first.cache });

    const session = await open(prepareDecoder(bytes, { fuse: false }).bytes);
    const width = 11;
    const padded = createCache(session, 1, width);
    for (const [name, { dims, data }] of Object.entries(padded)) {
      const [, heads = 0, , size = 0] = dims;
      const source = first.cache[name]?.data as Float32Array;
      (data as Float32Array).fill(1e6);
      for (let head = 0; head < heads; head++) {
        const rows = source.subarray(head * 5 * size, (head + 1) * 5 * size);
        (data as Float32Array).set(rows, head * width * size);
      }
    }
    const present = createCache(session, 1, 2);
    const logits = new Float32Array(2 * VOCABULARY);
    const mask = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1];
    const ints = (...values: number[]) =>
      ({ type: 'int64', dims: [1, values.length], data: BigInt64Array.from(values, BigInt) }) as const;
    await session.run(
      {
        input_ids: ints(9, 8),
        position_ids: ints(5, 6),
        attention_mask: ints(...mask),
        logits_positions: { ...ints(0, 1), dims: [1, 2, 1] },
        ...padded,
      },
      {
        logits: { type: 'float32', dims: [1, 2, VOCABULARY], data: logits },
        ...Object.fromEntries(
          Object.entries(present).map(([name, tensor]) => [name.replace('past_key_values', 'present'), tensor]),
        ),
      },
    );
    expect(maxDifference(logits, second.logits)).toBeLessThan(1e-4);
    for (const [name, { data }] of Object.entries(present)) {
      const all = second.cache[name]?.data as Float32Array;
      const rows = [0, 1].flatMap((head) => [...all.subarray((head * 7 + 5) * 16, (head * 7 + 7) * 16)]);
      expect(maxDifference(data as Float32Array, rows)).toBeLessThan(1e-5);
    }
  });

  it('removes what the fusion makes useless', () => {
    const { bytes } = prepareDecoder(buildConcatKvDecoder(), { heads: 4 });
    const operators = new Set(readModel(bytes).graph.nodes.map(({ opType }) => opType));
    expect(operators.has('GroupQueryAttention')).toBe(true);
    expect(['Softmax', 'Where', 'Range', 'Expand'].filter((operator) => operators.has(operator))).toEqual([]);
  });
});
