import { ConfigurationError } from '@app/errors';
import type { JsonObject } from './json-file.js';
import type { GenerationDefaults } from './model-description.js';

/**
 * Reads generation_config.json; without one, the EOS ids of config.json (as transformers derives it from the model's config).
 * Throws `ConfigurationError` for a value of the wrong kind.
 */
export function toGenerationDefaults(
  file: JsonObject | undefined,
  config: JsonObject,
  source: string,
): GenerationDefaults {
  const values = file ?? { eos_token_id: config.eos_token_id };
  const number = (key: string): number | undefined => {
    const value = values[key] ?? undefined;
    if (value !== undefined && (typeof value !== 'number' || !Number.isFinite(value))) {
      throw new ConfigurationError(`${source}: "${key}" must be a number`);
    }
    return value;
  };
  return {
    eosTokenIds: toTokenIds(values.eos_token_id, source),
    temperature: number('temperature'),
    topP: number('top_p'),
    topK: number('top_k'),
    minP: number('min_p'),
    repetitionPenalty: number('repetition_penalty'),
    maxNewTokens: number('max_new_tokens'),
  };
}

function toTokenIds(value: unknown, source: string): number[] {
  const list: readonly unknown[] = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
  return list.map((id) => {
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) {
      throw new ConfigurationError(`${source}: "eos_token_id" must be a token id or a list of token ids`);
    }
    return id;
  });
}
