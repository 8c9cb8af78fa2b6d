import { ConfigurationError } from '@app/errors';
import { isJsonObject } from './json-file.js';
import type { JsonObject } from './json-file.js';
import type { ModelDescription } from './model-description.js';

/** Keys of config.json that bound the context, in vLLM's order; the least of those present counts. */
const lengthKeys = [
  'max_position_embeddings',
  'n_positions',
  'max_seq_len',
  'seq_length',
  'model_max_length',
  'max_target_positions',
  'max_sequence_length',
  'max_seq_length',
  'seq_len',
] as const;

/** What vLLM assumes for a config that has none of the keys. */
const assumedLength = 2048;

/** Kinds of RoPE scaling whose `max_position_embeddings` is already the scaled length. */
const alreadyScaled = new Set(['su', 'longrope', 'llama3', 'mrope', 'default']);

export interface DerivedLength {
  /** The key of config.json it came from. */
  readonly key: string;
  readonly length: number;
}

/** Longest context the config allows, in tokens: the keys above, with vLLM's rules for Cohere's key and for RoPE scaling. */
export function deriveContextLength(config: JsonObject): DerivedLength {
  let derived: DerivedLength | undefined;
  for (const key of lengthKeys) {
    const length = lengthOf(config, key);
    if (length !== undefined && (derived === undefined || length < derived.length)) {
      derived = { key, length };
    }
  }
  const own = lengthOf(config, 'model_max_length');
  derived =
    own === undefined
      ? (derived ?? { key: 'max_position_embeddings', length: assumedLength })
      : { key: 'model_max_length', length: own };
  return { ...derived, length: scaled(derived.length, config) };
}

const LONG_HINT =
  ' To allow overriding this maximum, set the env var VLLM_ALLOW_LONG_MAX_MODEL_LEN=1. ' +
  'Positions beyond what the model was trained for give wrong answers.';

/**
 * The context length to serve: what was asked for, else the model's own. Throws `ConfigurationError` with vLLM's text when more
 * is asked for than the model has and `allowLong` (VLLM_ALLOW_LONG_MAX_MODEL_LEN) does not permit it. Undefined: the engine could not
 * do it at all, and the text does not offer it.
 */
export function deriveMaxModelLen(
  model: Pick<ModelDescription, 'config'>,
  requested: number | undefined,
  allowLong?: boolean,
): number {
  const config = textConfigOf(model.config);
  const { key, length } = deriveContextLength(config);
  // -1 is `auto`: as much as the model has.
  if (requested === undefined || requested === -1) {
    return length;
  }
  if (!Number.isSafeInteger(requested) || requested < 1) {
    throw new ConfigurationError(`max_model_len must be a positive integer, got ${requested}.`);
  }
  const own = lengthOf(config, 'model_max_length');
  if (requested <= length || (own !== undefined && requested <= own) || allowLong) {
    return requested;
  }
  throw new ConfigurationError(
    `User-specified max_model_len (${requested}) is greater than the derived max_model_len (${key}=${length} or ` +
      `model_max_length=${own ?? 'None'} in model's config.json).` +
      (allowLong === undefined ? '' : LONG_HINT),
  );
}

/** The language model's part of a config: `text_config` of multimodal models, else all of it. */
export function textConfigOf(config: JsonObject): JsonObject {
  return isJsonObject(config.text_config) ? { ...config, ...config.text_config } : config;
}

function lengthOf(config: JsonObject, key: string): number | undefined {
  const value = config[key];
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

function scaled(length: number, config: JsonObject): number {
  const scaling = isJsonObject(config.rope_scaling) ? config.rope_scaling : config.rope_parameters;
  if (!isJsonObject(scaling) || String(config.model_type).startsWith('gemma3')) {
    return length;
  }
  const type = scaling.rope_type ?? scaling.type;
  const factor = scaling.factor;
  if (typeof type !== 'string' || alreadyScaled.has(type) || typeof factor !== 'number' || !(factor > 0)) {
    return length;
  }
  const base = type === 'yarn' ? (lengthOf(scaling, 'original_max_position_embeddings') ?? length) : length;
  return Math.floor(base * factor);
}
