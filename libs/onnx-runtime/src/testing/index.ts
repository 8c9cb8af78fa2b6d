export { moveWeightsOut } from './move-weights-out.js';
export { buildConcatKvDecoder, type ConcatKvDecoderOptions } from './build-concat-kv-decoder.js';
export { buildGqaDecoder } from './build-gqa-decoder.js';
export { type DecoderOptions, type DecoderShape, toDecoderShape } from './decoder-options.js';
export { GraphBuilder } from './graph-builder.js';
export {
  createCache,
  type DecoderStep,
  type DecoderStepResult,
  maxDifference,
  runDecoder,
  sliceBatch,
} from './run-decoder.js';
