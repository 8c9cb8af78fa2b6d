import { saveTensor, torchFiles } from '@testing/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyRows } from './copy-rows.js';
import type { Matrix } from './copy-rows.js';
import { FLOAT_FORMATS } from './dtypes.js';
import type { FloatDtype } from './dtypes.js';
import { readTorchFile } from './read-torch-file.js';
import type { TensorToSave } from './testing/save-tensor.js';

const DTYPES = ['bfloat16', 'float16', 'float32', 'float64'] as const satisfies readonly FloatDtype[];

async function copy(
  file: Buffer,
  dtype: FloatDtype,
  range?: { readonly from: number; readonly to: number },
): Promise<{ readonly finite: boolean; readonly bytes: Buffer }> {
  const matrix = (await readTorchFile(file, { maxBytes: 1 << 24 })) as Matrix;
  const { from, to } = range ?? { from: 0, to: matrix.shape[0] };
  const target = Buffer.alloc((to - from) * matrix.shape[1] * FLOAT_FORMATS[dtype].itemSize);
  return { finite: await copyRows(matrix, { from, to, dtype, target }), bytes: target };
}

const one = (dtype: FloatDtype, value: number): TensorToSave => ({ dtype, shape: [1, 1], values: [value] });

describe('copyRows', () => {
  const cast = torchFiles.tensors.flatMap(({ name, bytes, casts = {} }) =>
    Object.entries(casts).map(([dtype, expected]) => [name, dtype as FloatDtype, bytes, expected] as const),
  );

  it.each(cast)('casts %s to %s bit by bit as torch does', async (_, dtype, file, expected) => {
    const { bytes } = await copy(file, dtype);
    expect(bytes.toString('hex')).toBe(expected);
  });

  it('takes the rows it is asked for', async () => {
    const file = saveTensor({ dtype: 'float32', shape: [3, 2], values: [1, 2, 3, 4, 5, 6] });
    const { bytes } = await copy(file, 'float64', { from: 1, to: 3 });
    expect([0, 8, 16, 24].map((at) => bytes.readDoubleLE(at))).toEqual([3, 4, 5, 6]);
  });

  it.each<[FloatDtype, number, FloatDtype, boolean]>([
    ['float32', NaN, 'float32', false],
    ['float32', Infinity, 'bfloat16', false],
    ['bfloat16', -Infinity, 'float64', false],
    ['float32', 65_519.996, 'float16', true],
    ['float32', -65_520, 'float16', false],
    ['float64', 65_519.999_999_999, 'float16', false],
    ['float32', 3.3895e38, 'bfloat16', true],
    ['float32', -3.4e38, 'bfloat16', false],
    ['float64', 1e39, 'float32', false],
    ['float64', 1e300, 'float64', true],
  ])('a %s of %d as %s is finite: %s', async (from, value, to, finite) => {
    const file = saveTensor(one('float64', value));
    const stored = from === 'float64' ? file : saveTensor(one(from, value));
    expect(await copy(stored, to)).toMatchObject({ finite });
  });

  it('keeps every half and every bfloat16 that it copies', () => {
    const view = new DataView(new ArrayBuffer(2));
    for (const dtype of ['bfloat16', 'float16'] as const) {
      const { read, write, overflowsAt } = FLOAT_FORMATS[dtype];
      for (let pattern = 0; pattern < 1 << 16; pattern++) {
        view.setUint16(0, pattern, true);
        const value = read(view, 0);
        if (Math.abs(value) < overflowsAt) {
          write(view, 0, value);
          if (view.getUint16(0, true) !== pattern) expect.fail(`${dtype} 0x${pattern.toString(16)}`);
        }
      }
    }
  });

  it('reads any strides as the matrix they mean', async () => {
    const size = fc.integer({ min: 1, max: 7 });
    const any = fc.record({ rows: size, columns: size, gap: fc.nat(3), transposed: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(any, fc.constantFrom(...DTYPES), async ({ rows, columns, gap, transposed }, dtype) => {
        const strides = transposed ? [1, rows + gap] : [columns + gap, 1];
        const values = Array.from({ length: gap + (rows + gap) * (columns + gap) }, (_, index) => index);
        const file = saveTensor({ dtype, shape: [rows, columns], values, strides, offset: gap });
        const { bytes } = await copy(file, 'float32');
        const expected = Array.from({ length: rows * columns }, (_, index) => {
          const row = Math.floor(index / columns);
          return gap + row * strides[0] + (index % columns) * strides[1];
        });
        expect(expected.map((_, index) => bytes.readFloatLE(index * 4))).toEqual(expected);
      }),
    );
  });

  it('leaves the event loop its turns', async () => {
    const columns = 1 << 12;
    const file = saveTensor({ dtype: 'float32', shape: [64, columns], values: Array<number>(64 * columns).fill(1) });
    let turns = 0;
    let done = false;
    const count = (): void => {
      turns += 1;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    await copy(file, 'bfloat16');
    done = true;
    expect(turns).toBeGreaterThanOrEqual(15);
  });
});
