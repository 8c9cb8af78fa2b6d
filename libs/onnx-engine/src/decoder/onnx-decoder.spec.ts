import { loadOnnxRuntime, prepareDecoder } from '@app/onnx-runtime';
import type { CacheLayout } from '@app/onnx-runtime';
import { buildConcatKvDecoder, buildGqaDecoder } from '@testing/onnx-runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { readSignature } from './decoder-signature.js';
import { OnnxDecoder } from './onnx-decoder.js';

const open: OnnxDecoder[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((decoder) => decoder.release()));
});

async function openDecoder(model: Uint8Array, layout: CacheLayout): Promise<OnnxDecoder> {
  const { runtime } = await loadOnnxRuntime();
  const session = await runtime.createSession(model, { intraOpNumThreads: 1 });
  const limits = { slots: 4, length: 64, initialLength: 4 };
  const decoder = new OnnxDecoder(session, readSignature(session, 96), { layout, limits });
  open.push(decoder);
  return decoder;
}

/** Every logit that this sequence of calls gives, in order. */
async function play(decoder: OnnxDecoder): Promise<number[]> {
  const logits: number[] = [];
  const take = async (run: ReturnType<OnnxDecoder['decode']>): Promise<void> => {
    const rows = await run;
    Array.from({ length: rows.count }, (_, index) => logits.push(...rows.row(index)));
  };
  await take(decoder.prefill(0, 0, [5, 6, 7], 'each'));
  await take(decoder.prefill(1, 0, [9, 8, 7, 6, 5, 4], 'none'));
  await take(decoder.prefill(1, 6, [3, 2, 1], 'last'));
  await take(decoder.decode([10, 11], [3, 9]));
  decoder.copySlot(1, 2, 6);
  await take(decoder.prefill(2, 6, [30], 'last'));
  decoder.swapSlots(0, 2, 10);
  await take(decoder.decode([12, 13, 14], [7, 10, 4]));
  return logits;
}

describe('a decoder over a graph', () => {
  it.each([
    ['prepared, in place', prepareDecoder(buildGqaDecoder()).bytes, 'in-place' as const],
    ['as exported, by Concat', buildConcatKvDecoder(), 'grown' as const],
    [
      'prepared, with new rows only',
      prepareDecoder(buildConcatKvDecoder(), { fuse: false }).bytes,
      'new-rows' as const,
    ],
    ['prepared, fused', prepareDecoder(buildConcatKvDecoder(), { heads: 4 }).bytes, 'in-place' as const],
  ])('gives the same logits when it is %s', async (_, model, layout) => {
    const reference = await play(await openDecoder(buildGqaDecoder(), 'in-place'));
    const logits = await play(await openDecoder(model, layout));
    expect(logits).toHaveLength((3 + 1 + 2 + 1 + 3) * 96);
    const largest = Math.max(...logits.map((logit, index) => Math.abs(logit - reference[index])));
    expect(largest).toBeLessThan(1e-3);
  });

  it('refuses more slots or tokens than it was made for', async () => {
    const decoder = await openDecoder(buildGqaDecoder(), 'in-place');
    await expect(decoder.prefill(4, 0, [1], 'last')).rejects.toThrow(RangeError);
    await expect(decoder.prefill(0, 60, [1, 2, 3, 4, 5], 'last')).rejects.toThrow(RangeError);
  });
});
