import type { Tensor } from '@app/onnx-runtime';

/**
 * Which positions each slot may see: int64 [slots, width], 1 = visible. `holeWidth` undefined: row b is `pasts[b] + sequence` ones, then
 * zeros (ONNX Runtime's GroupQueryAttention derives the lengths from the sums). With `holeWidth` the past is that wide for every slot: ones
 * for what the slot holds, zeros up to `holeWidth`, ones for the new tokens.
 */
export function toAttentionMask(pasts: readonly number[], sequence: number, holeWidth: number | undefined): Tensor {
  const width = (holeWidth ?? Math.max(...pasts)) + sequence;
  const data = new BigInt64Array(pasts.length * width);
  pasts.forEach((past, row) => {
    const start = row * width;
    const newTokens = start + (holeWidth ?? past);
    data.fill(1n, start, start + past);
    data.fill(1n, newTokens, newTokens + sequence);
  });
  return { type: 'int64', dims: [pasts.length, width], data };
}
