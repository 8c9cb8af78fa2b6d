import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KvCache, kvBytesPerToken } from './kv-cache.js';
import type { KvTensorShape } from './kv-cache.js';

const key: KvTensorShape = { pastName: 'pk', presentName: 'k', type: 'float32', heads: 2, headSize: 3 };
const value: KvTensorShape = { pastName: 'pv', presentName: 'v', type: 'float16', heads: 1, headSize: 2 };
const limits = { slots: 4, length: 12, initialLength: 2 };

/** Writes one recognisable token into every head of both tensors. */
function writeToken(cache: KvCache, slot: number, token: number, mark: number): void {
  for (let head = 0; head < 2; head += 1) {
    cache.write(0, { slot, head, token }, Float32Array.of(mark, head, 0.5));
  }
  cache.write(1, { slot, head: 0, token }, Uint16Array.of(mark, 7));
}

/** The marks of a slot's first tokens, read from the views a run gets; checks that both tensors and all heads agree. */
function marksOf(cache: KvCache, slot: number, length: number): number[] {
  const keys = cache.view(0, slot, 1).data;
  const values = cache.view(1, slot, 1).data;
  return Array.from({ length }, (_, token) => {
    const rows = [
      keys.slice(token * 3, token * 3 + 3),
      keys.slice((cache.capacity + token) * 3, (cache.capacity + token) * 3 + 3),
    ];
    const mark = Number(values[token * 2]);
    expect(rows).toEqual([Float32Array.of(mark, 0, 0.5), Float32Array.of(mark, 1, 0.5)]);
    return mark;
  });
}

describe('the KV cache', () => {
  it('starts without memory and doubles up to its limits', () => {
    const cache = new KvCache([key, value], limits);
    const sizes = [
      [1, 1],
      [1, 3],
      [2, 5],
      [3, 9],
      [4, 12],
    ].map(([slots, length]) => {
      cache.reserve(slots, length);
      return [cache.allocatedSlots, cache.capacity];
    });
    expect(sizes).toEqual([
      [1, 2],
      [1, 4],
      [2, 8],
      [4, 12],
      [4, 12],
    ]);
    expect(kvBytesPerToken([key, value])).toBe(2 * 3 * 4 + 2 * 2);
  });

  it.each([
    [5, 1],
    [1, 13],
  ])('refuses %i slots of %i tokens', (slots, length) => {
    expect(() => new KvCache([key], limits).reserve(slots, length)).toThrow(RangeError);
  });

  it('gives a range of slots as one view of its own memory', () => {
    const cache = new KvCache([key, value], limits);
    cache.reserve(4, 4);
    writeToken(cache, 2, 1, 42);
    const view = cache.view(0, 1, 3);
    expect(view).toMatchObject({ type: 'float32', dims: [3, 2, 4, 3] });
    expect(view.data.length).toBe(3 * 2 * 4 * 3);
    expect([...view.data.subarray(2 * 4 * 3 + 3, 2 * 4 * 3 + 6)]).toEqual([42, 0, 0.5]);
  });

  it('holds for every slot the tokens that were written, copied and swapped there, however it grows', () => {
    const slot = fc.nat(3);
    const step = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), slot, mark: fc.integer({ min: 1, max: 60_000 }) }),
      fc.record({ kind: fc.constant('copy' as const), slot, other: slot }),
      fc.record({ kind: fc.constant('swap' as const), slot, other: slot }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cache = new KvCache([key, value], limits);
        cache.reserve(4, 1);
        const model: number[][] = [[], [], [], []];
        for (const action of steps) {
          if (action.kind === 'append' && model[action.slot].length < limits.length) {
            cache.reserve(action.slot + 1, model[action.slot].length + 1);
            writeToken(cache, action.slot, model[action.slot].length, action.mark);
            model[action.slot].push(action.mark);
          } else if (action.kind === 'copy') {
            cache.copySlot(action.slot, action.other, model[action.slot].length);
            model[action.other] = [...model[action.slot]];
          } else if (action.kind === 'swap') {
            cache.swapSlots(action.slot, action.other, Math.max(model[action.slot].length, model[action.other].length));
            [model[action.slot], model[action.other]] = [model[action.other], model[action.slot]];
          }
        }
        expect(model.map((marks, index) => marksOf(cache, index, marks.length))).toEqual(model);
      }),
    );
  });
});
