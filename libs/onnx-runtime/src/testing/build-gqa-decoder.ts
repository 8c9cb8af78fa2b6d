import { makeNode } from '../model/make-proto.js';
import { type DecoderOptions, toDecoderShape } from './decoder-options.js';
import { GraphBuilder } from './graph-builder.js';
import { addLlamaDecoder, rotaryTables } from './llama-decoder.js';

/**
 * A random-weight decoder in the layout of onnxruntime-genai: GroupQueryAttention with a KV cache that may be written in place.
 *
 * Inputs `input_ids` int64 [batch, sequence], `attention_mask` int64 [batch, total], `past_key_values.N.key|value` float32
 * [batch, kvHeads, past, headDim]; outputs `logits`, `present.N.key|value`.
 */
export function buildGqaDecoder(options: DecoderOptions = {}): Uint8Array {
  const shape = toDecoderShape(options);
  const { heads, kvHeads, headDim, maxPositions } = shape;
  const graph = new GraphBuilder();
  const mask = graph.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  const counts = graph.add('ReduceSum', [mask, graph.ints(1)], { attributes: { keepdims: 0n } });
  const lengths = graph.add('Cast', [graph.add('Sub', [counts, graph.ints(1)])], { attributes: { to: 6n } });
  const width = graph.add('Gather', [graph.add('Shape', [mask]), graph.int(1)]);
  const total = graph.add('Cast', [width], { attributes: { to: 6n } });
  const { cosines, sines } = rotaryTables(shape);
  const cosineCache = graph.weight('cos_cache', [maxPositions, headDim / 2], cosines);
  const sineCache = graph.weight('sin_cache', [maxPositions, headDim / 2], sines);

  addLlamaDecoder(graph, shape, ({ query, key, value }, layer) => {
    const past = ['key', 'value'].map((kind) => `past_key_values.${layer}.${kind}`);
    const present = ['key', 'value'].map((kind) => `present.${layer}.${kind}`);
    for (const name of past) {
      graph.input(name, 'float32', ['batch_size', kvHeads, 'past_sequence_length', headDim]);
    }
    for (const name of present) {
      graph.output(name, 'float32', ['batch_size', kvHeads, 'present_sequence_length', headDim]);
    }
    const output = `attention_${layer}`;
    graph.addNode(
      makeNode(
        'GroupQueryAttention',
        [query, key, value, ...past, lengths, total, cosineCache, sineCache],
        [output, ...present],
        {
          domain: 'com.microsoft',
          attributes: {
            num_heads: BigInt(heads),
            kv_num_heads: BigInt(kvHeads),
            do_rotary: 1n,
            rotary_interleaved: 0n,
          },
        },
      ),
    );
    return output;
  });
  return graph.finish();
}
