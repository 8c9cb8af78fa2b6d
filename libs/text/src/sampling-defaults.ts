import { ConfigurationError } from '@app/errors';
import type { GenerationDefaults } from '@app/model-repository';

/** What a request gets for the sampling fields it leaves out (completions-and-chat.md §4.1). */
export interface SamplingDefaults {
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  readonly minP: number;
  readonly repetitionPenalty: number;
  readonly presencePenalty: number;
  readonly frequencyPenalty: number;
  /** For requests without a limit of their own. */
  readonly maxTokens: number | undefined;
  /** Caps explicit limits too. */
  readonly maxTokensCap: number | undefined;
  readonly skipSpecialTokens: boolean;
  /** Joined with the request's. */
  readonly stopTokenIds: readonly number[];
}

export interface SamplingDefaultsOptions {
  /** `--generation-config`: `model` (auto), `none` (vllm), `folder` (a generation_config.json of the operator's choice, which also caps). */
  readonly source?: 'model' | 'folder' | 'none' | undefined;
  /** `--override-generation-config`, as given: keys in wire spelling. */
  readonly overrides?: Readonly<Record<string, unknown>> | undefined;
}

const numberKeys = [
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'repetition_penalty',
  'presence_penalty',
  'frequency_penalty',
  'max_new_tokens',
] as const;

type NumberKey = (typeof numberKeys)[number];

/** Throws `ConfigurationError` when an override has the wrong kind; keys that no sampling field has are the engine's affair and ignored. */
export function toSamplingDefaults(
  generation: GenerationDefaults,
  { source = 'model', overrides = {} }: SamplingDefaultsOptions = {},
): SamplingDefaults {
  const own = source === 'none' ? undefined : generation;
  const numbers = toNumbers(overrides);
  const skipSpecialTokens = overrides.skip_special_tokens ?? true;
  if (typeof skipSpecialTokens !== 'boolean') {
    throw wrongKind('skip_special_tokens', 'true or false');
  }
  return {
    temperature: numbers.temperature ?? own?.temperature ?? 1,
    topP: numbers.top_p ?? own?.topP ?? 1,
    topK: numbers.top_k ?? own?.topK ?? 0,
    minP: numbers.min_p ?? own?.minP ?? 0,
    repetitionPenalty: numbers.repetition_penalty ?? own?.repetitionPenalty ?? 1,
    presencePenalty: numbers.presence_penalty ?? 0,
    frequencyPenalty: numbers.frequency_penalty ?? 0,
    maxTokens: numbers.max_new_tokens ?? own?.maxNewTokens,
    maxTokensCap: source === 'folder' ? generation.maxNewTokens : numbers.max_new_tokens,
    skipSpecialTokens,
    stopTokenIds: toTokenIds(overrides.stop_token_ids ?? []),
  };
}

function toNumbers(overrides: Readonly<Record<string, unknown>>): Partial<Record<NumberKey, number>> {
  const numbers: Partial<Record<NumberKey, number>> = {};
  for (const key of numberKeys) {
    const value = overrides[key];
    if (typeof value === 'number' && Number.isFinite(value)) {
      numbers[key] = value;
    } else if (value !== undefined && value !== null) {
      throw wrongKind(key, 'a number');
    }
  }
  return numbers;
}

function toTokenIds(value: unknown): readonly number[] {
  const ids: readonly unknown[] = Array.isArray(value) ? value : [undefined];
  return ids.map((id) => {
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) {
      throw wrongKind('stop_token_ids', 'a list of token ids');
    }
    return id;
  });
}

function wrongKind(key: string, kind: string): ConfigurationError {
  return new ConfigurationError(`--override-generation-config: "${key}" must be ${kind}`);
}
