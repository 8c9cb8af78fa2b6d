import { ConfigurationError } from '@app/errors';
import { LOGITS_POSITIONS } from '@app/onnx-runtime';
import type { OnnxSession, ValueInfo } from '@app/onnx-runtime';
import type { KvTensorShape } from './kv-cache.js';

/** How a decoder graph is called, read off its inputs and outputs. Export tools agree on the names (optimum, onnxruntime-genai, transformers.js). */
export interface DecoderSignature {
  readonly kv: readonly KvTensorShape[];
  /** Length of a row of logits. */
  readonly vocabularySize: number;
  readonly wantsPositionIds: boolean;
  /** Whether logits come only for the positions that are asked for. */
  readonly takesLogitsPositions: boolean;
  /** Shape of the input that limits the logits to the last positions; it is never used to, the wanted ones are picked otherwise. */
  readonly logitsToKeepDims: readonly number[] | undefined;
}

/** Throws `ConfigurationError` when the graph is not a decoder this engine can run. */
export function readSignature(session: OnnxSession, configuredVocabularySize: number): DecoderSignature {
  const kv = session.inputs.flatMap((input) => {
    const match = PAST_NAME.exec(input.name);
    return match === null ? [] : [toKvShape(input, match, session)];
  });
  if (kv.length === 0) {
    throw new ConfigurationError(
      'the model has no past_key_values inputs: only decoders with a KV cache can be served',
    );
  }
  const names = session.inputs.map(({ name }) => name).filter((name) => !PAST_NAME.test(name));
  const unknown = names.filter((name) => !KNOWN_INPUTS.has(name));
  if (unknown.length > 0 || !names.includes('input_ids') || !names.includes('attention_mask')) {
    throw new ConfigurationError(`the model's inputs (${names.join(', ')}) are not those of a text decoder`);
  }
  return {
    kv,
    vocabularySize: toVocabularySize(session, configuredVocabularySize),
    wantsPositionIds: names.includes('position_ids'),
    takesLogitsPositions: names.includes(LOGITS_POSITIONS),
    logitsToKeepDims: session.inputs.find(({ name }) => name === 'num_logits_to_keep')?.dims.map(() => 1),
  };
}

const PAST_NAME = /^past_key_values\.(\d+)\.(key|value)$/;
const KNOWN_INPUTS = new Set(['input_ids', 'attention_mask', 'position_ids', 'num_logits_to_keep', LOGITS_POSITIONS]);

function toKvShape(input: ValueInfo, [, layer, part]: RegExpExecArray, session: OnnxSession): KvTensorShape {
  const [, heads, , headSize] = input.dims;
  const presentName = [`present.${layer}.${part}`, `present_key_values.${layer}.${part}`].find((name) =>
    session.outputs.some((output) => output.name === name),
  );
  if (presentName === undefined) {
    throw new ConfigurationError(`the model has an input ${input.name} but no output for it`);
  }
  if (input.dims.length !== 4 || typeof heads !== 'number' || typeof headSize !== 'number') {
    throw new ConfigurationError(`${input.name} is not [batch, heads, length, head size] with fixed heads and size`);
  }
  return { pastName: input.name, presentName, type: input.type, heads, headSize };
}

function toVocabularySize(session: OnnxSession, configured: number): number {
  const logits = session.outputs.find(({ name }) => name === 'logits');
  if (logits === undefined || logits.type !== 'float32') {
    throw new ConfigurationError(`the model has no output "logits" of float32 (found: ${logits?.type ?? 'none'})`);
  }
  const size = logits.dims.at(-1);
  return typeof size === 'number' && size > 0 ? size : configured;
}
