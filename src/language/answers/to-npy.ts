import type { WireArray } from '@app/engine-protocol';

const MAGIC = Buffer.from('\x93NUMPY\x01\x00', 'latin1');
const ALIGNMENT = 64;
/** numpy leaves room for the first dimension to grow in place. */
const GROWTH_DIGITS = 21;

/** An array as `numpy.save` writes it, version 1.0 of the format, in base64. */
export function toNpyBase64({ dtype, shape, bytes }: WireArray): string {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const header = `{'descr': '${dtype}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const growth = shape.length > 0 ? GROWTH_DIGITS - String(shape[0]).length : 0;
  const unpadded = MAGIC.length + 2 + header.length + growth + 1;
  const text = `${header}${' '.repeat(growth + ALIGNMENT - (unpadded % ALIGNMENT))}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  return Buffer.concat([MAGIC, length, Buffer.from(text, 'latin1'), bytes]).toString('base64');
}
