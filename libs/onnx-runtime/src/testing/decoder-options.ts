/** Shape of a tiny Llama-like decoder. Everything has a default. */
export interface DecoderOptions {
  /** Same seed, same weights, whatever the layout. */
  readonly seed?: number | undefined;
  readonly vocabularySize?: number | undefined;
  readonly layers?: number | undefined;
  readonly heads?: number | undefined;
  /** Must divide `heads`. */
  readonly kvHeads?: number | undefined;
  /** A multiple of 16, as GroupQueryAttention's rotary kernel wants it. */
  readonly headDim?: number | undefined;
  readonly hiddenSize?: number | undefined;
  readonly ffnSize?: number | undefined;
  readonly maxPositions?: number | undefined;
  readonly ropeTheta?: number | undefined;
}

export type DecoderShape = Readonly<Record<keyof DecoderOptions, number>>;

const defaults: DecoderShape = {
  seed: 1,
  vocabularySize: 96,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  hiddenSize: 32,
  ffnSize: 64,
  maxPositions: 256,
  ropeTheta: 10_000,
};

/** Fills in the defaults. Throws `RangeError` for a shape no decoder has. */
export function toDecoderShape(options: DecoderOptions = {}): DecoderShape {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const shape: DecoderShape = { ...defaults, ...given };
  for (const [name, value] of Object.entries(shape)) {
    if (!Number.isSafeInteger(value) || value < (name === 'seed' ? 0 : 1)) {
      throw new RangeError(`${name} must be a positive integer, got ${value}`);
    }
  }
  if (shape.heads % shape.kvHeads !== 0 || shape.headDim % 16 !== 0) {
    throw new RangeError('kvHeads must divide heads, and headDim must be a multiple of 16');
  }
  return shape;
}
