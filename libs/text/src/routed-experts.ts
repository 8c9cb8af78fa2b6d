import { InternalError } from '@app/errors';
import type { WireArray } from '@app/engine-protocol';

/** Puts together the pieces of one sample's routed experts, which come along the first axis: one row per token. */
export class RoutedExperts {
  private readonly pieces: WireArray[] = [];

  /** `dropped`: rows at the end whose tokens are not part of the answer. Throws `InternalError` for a piece that does not fit the others. */
  add({ dtype, shape, bytes }: WireArray, dropped: number): void {
    const [rows, ...row] = shape;
    const [first = { dtype, shape }] = this.pieces;
    if (rows === undefined || dtype !== first.dtype || String(row) !== String(first.shape.slice(1))) {
      throw new InternalError('The engine returned routed experts that do not fit together.');
    }
    const kept = Math.max(0, rows - dropped);
    // A copy: the piece is a view into the engine's message, which is much larger.
    const own = Buffer.from(bytes.subarray(0, rows === 0 ? 0 : (bytes.length / rows) * kept));
    this.pieces.push({ dtype, shape: [kept, ...row], bytes: own });
  }

  /** All of them; undefined when none came. */
  join(): WireArray | undefined {
    const [first] = this.pieces;
    return (
      first && {
        dtype: first.dtype,
        shape: [this.pieces.reduce((sum, { shape }) => sum + shape[0], 0), ...first.shape.slice(1)],
        bytes: Buffer.concat(this.pieces.map(({ bytes }) => bytes)),
      }
    );
  }
}
