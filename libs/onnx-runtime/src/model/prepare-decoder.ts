import { castLogits } from './cast-logits.js';
import { fuseAttention } from './fuse-attention.js';
import { keepLogitsPositions } from './keep-logits-positions.js';
import type { Graph, OnnxModel } from './onnx-model.js';
import { outputNewRows } from './output-new-rows.js';
import { readModel } from './read-model.js';
import { setAccuracyLevel } from './set-accuracy-level.js';
import { writeModel } from './write-model.js';

export interface PrepareDecoderOptions {
  /** `num_attention_heads` of config.json. Without it a Concat cache with grouped heads is not fused. */
  readonly heads?: number | undefined;
  /** Whether attention may be fused: not for a model with a sliding window or an attention bias. Default true. */
  readonly fuse?: boolean | undefined;
}

/**
 * How a prepared decoder's cache is used.
 *
 * - `in-place`: GroupQueryAttention. `present` may be the memory of `past`, longer than what it holds; the mask is ones, then zeros.
 * - `new-rows`: `present` has this step's rows alone; `past` may be padded, with holes in the mask [batch, width + sequence].
 * - `grown`: `present` is past and new rows, exactly.
 */
export type CacheLayout = 'in-place' | 'new-rows' | 'grown';

export interface PreparedDecoder {
  readonly bytes: Uint8Array;
  readonly cacheLayout: CacheLayout;
  /** The model takes `logits_positions` and gives logits for those alone. */
  readonly keepsLogitsPositions: boolean;
}

/**
 * Fits a decoder exported for others to this engine, once, in memory: int8 products where the export leaves it open, float32 logits for the
 * positions asked for only, and a cache that is not copied every step. Weights outside the file stay there (give the session their folder).
 * Throws `OnnxRuntimeError` when the bytes are no model.
 */
export function prepareDecoder(bytes: Uint8Array, { heads, fuse = true }: PrepareDecoderOptions = {}): PreparedDecoder {
  const model = castLogits(setAccuracyLevel(readModel(bytes)));
  const [cached, cacheLayout] = prepareCache(model, fuse, heads);
  const kept = keepLogitsPositions(cached);
  return { bytes: writeModel(kept ?? cached), cacheLayout, keepsLogitsPositions: kept !== undefined };
}

function prepareCache(model: OnnxModel, fuse: boolean, heads: number | undefined): [OnnxModel, CacheLayout] {
  if (sharesBuffers(model.graph)) {
    return [model, 'in-place'];
  }
  const fused = fuse ? fuseAttention(model, heads) : undefined;
  if (fused) {
    return [fused, 'in-place'];
  }
  const newRows = outputNewRows(model);
  return newRows ? [newRows, 'new-rows'] : [model, 'grown'];
}

/** Whether every past input goes into a GroupQueryAttention, and nowhere else. */
function sharesBuffers({ nodes, inputs }: Graph): boolean {
  const past = new Set(inputs.map(({ name }) => name).filter((name) => name.startsWith('past_key_values.')));
  const readers = nodes.filter((node) => node.inputs.some((name) => past.has(name)));
  return past.size > 0 && readers.length > 0 && readers.every(({ opType }) => opType === 'GroupQueryAttention');
}
