import { inSlices } from '@app/async';
import { FLOAT_FORMATS } from './dtypes.js';
import type { FloatDtype } from './dtypes.js';
import type { Tensor } from './read-torch-file.js';

/** A matrix of floats. */
export interface Matrix extends Tensor {
  readonly dtype: FloatDtype;
  readonly shape: readonly [rows: number, columns: number];
  readonly strides: readonly [row: number, column: number];
}

export interface CopiedRows {
  /** Rows from…to of the matrix, `to` left out. */
  readonly from: number;
  readonly to: number;
  readonly dtype: FloatDtype;
  /** Gets the rows, row by row and little-endian, from its first byte on. */
  readonly target: Uint8Array;
}

/** Elements of one slice: about a millisecond of work. */
const SLICE_ELEMENTS = 1 << 14;

/**
 * Casts rows into a buffer as torch casts, in slices. False when a value is not finite, or is not in `dtype`: the content of the buffer means
 * nothing then.
 */
export async function copyRows(matrix: Matrix, { from, to, dtype, target }: CopiedRows): Promise<boolean> {
  const { bytes, offset, shape, strides } = matrix;
  const source = FLOAT_FORMATS[matrix.dtype];
  const goal = FLOAT_FORMATS[dtype];
  const narrow = dtype === 'float64' ? (value: number) => value : Math.fround;
  const input = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const output = new DataView(target.buffer, target.byteOffset, target.byteLength);
  const [, columns] = shape;
  const [rowStride, columnStride] = strides;
  let finite = true;
  await inSlices((to - from) * columns, SLICE_ELEMENTS, (first, end) => {
    for (let index = first; index < end && finite; index++) {
      const column = index % columns;
      const row = from + (index - column) / columns;
      const value = narrow(source.read(input, (offset + row * rowStride + column * columnStride) * source.itemSize));
      finite = Math.abs(value) < goal.overflowsAt;
      goal.write(output, index * goal.itemSize, value);
    }
  });
  return finite;
}
