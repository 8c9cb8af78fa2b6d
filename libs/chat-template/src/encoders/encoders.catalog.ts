import { deepseekV32 } from './deepseek-v32/deepseek-v32.encoder.js';
import { deepseekV4, deepseekV41 } from './deepseek-v4/deepseek-v4.encoder.js';
import { harmonyEncoder, type HarmonyOptions } from './harmony/harmony.encoder.js';
import type { PromptEncoder } from './prompt-encoder.js';

/** Encoders that `--tokenizer-mode` can name, with the architectures (config.json) that have them by default. */
const encoders: readonly (readonly [PromptEncoder, readonly string[]])[] = [
  [deepseekV32, ['DeepseekV32ForCausalLM']],
  [deepseekV4, ['DeepseekV4ForCausalLM', 'DeepseekV4ForConditionalGeneration']],
  [deepseekV41, ['DeepseekV41ForCausalLM']],
];

/** Values of `--tokenizer-mode`: by the model's architecture, its template, or an encoder whatever the model says. */
export const tokenizerModes: readonly string[] = ['auto', 'hf', ...encoders.map(([{ name }]) => name)];

/** Which encoder, as plain data. */
export interface EncoderChoice {
  readonly name: string;
  /** Of the encoder `harmony`. */
  readonly harmony?: HarmonyOptions | undefined;
}

export interface OperatorsChoice {
  /** One of `tokenizerModes`. */
  readonly tokenizerMode: string;
  readonly harmony?: HarmonyOptions | undefined;
}

/** What builds the prompts of a model, as vLLM decides it; undefined: a chat template does. gpt-oss has harmony in every mode. */
export function chooseEncoder(
  { config }: { readonly config: Readonly<Record<string, unknown>> },
  { tokenizerMode, harmony }: OperatorsChoice,
): EncoderChoice | undefined {
  if (config.model_type === 'gpt_oss') return { name: 'harmony', harmony };
  const architectures: readonly unknown[] = Array.isArray(config.architectures) ? config.architectures : [];
  const chosen = encoders.find(([{ name }, own]) =>
    tokenizerMode === 'auto'
      ? own.some((architecture) => architectures.includes(architecture))
      : name === tokenizerMode,
  );
  return chosen && { name: chosen[0].name };
}

export function createEncoder({ name, harmony }: EncoderChoice): PromptEncoder {
  if (name === 'harmony') return harmonyEncoder(harmony);
  const found = encoders.find(([encoder]) => encoder.name === name);
  if (!found) throw new Error(`there is no prompt encoder "${name}"`);
  return found[0];
}
