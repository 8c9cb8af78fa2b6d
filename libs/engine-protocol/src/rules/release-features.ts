import { UnsupportedError } from '@app/errors';
import type { EngineRequest } from '../engine-request.js';
import type { WireLayout } from '../layout/wire-layout.js';
import type { LoraRequest } from '../lora-request.js';

/** A field that some releases have no place for, and without which a request would mean something else. */
interface Feature {
  readonly struct: 'EngineCoreRequest' | 'LoRARequest' | 'SamplingParams';
  /** Wire name. */
  readonly field: string;
  /** The request makes use of it. */
  readonly used: (request: EngineRequest) => boolean;
}

/**
 * What is refused rather than dropped. The fields that are missing here change no answer, and an older engine does without: session_id, trace_headers,
 * external_req_id, current_wave, stream_interval.
 */
const FEATURES: readonly Feature[] = [
  { struct: 'EngineCoreRequest', field: 'prompt_embeds', used: ({ promptEmbeds }) => promptEmbeds !== undefined },
  {
    struct: 'EngineCoreRequest',
    field: 'prompt_is_token_ids',
    used: ({ promptEmbeds }) => promptEmbeds?.isTokenId !== undefined,
  },
  { struct: 'EngineCoreRequest', field: 'client_index', used: ({ clientIndex = 0 }) => clientIndex !== 0 },
  { struct: 'EngineCoreRequest', field: 'priority', used: ({ priority }) => priority !== 0 },
  {
    struct: 'EngineCoreRequest',
    field: 'reasoning_ended',
    used: ({ reasoningEnded, sampling }) => reasoningEnded !== undefined && sampling.structuredOutputs !== undefined,
  },
  {
    struct: 'EngineCoreRequest',
    field: 'reasoning_parser_kwargs',
    used: ({ reasoningParserKwargs, sampling }) =>
      reasoningParserKwargs !== undefined && sampling.structuredOutputs !== undefined,
  },
  {
    struct: 'LoRARequest',
    field: 'is_3d_lora_weight',
    used: ({ lora }) => lora?.is3dWeight === true,
  },
  { struct: 'SamplingParams', field: 'watermarking', used: ({ sampling }) => sampling.watermarking === true },
  {
    struct: 'SamplingParams',
    field: 'logprob_token_ids',
    used: ({ sampling }) => sampling.logprobTokenIds !== undefined,
  },
  {
    struct: 'SamplingParams',
    field: 'thinking_token_budget',
    used: ({ sampling }) => sampling.thinkingTokenBudget !== undefined,
  },
  {
    struct: 'SamplingParams',
    field: 'routed_experts_prompt_start',
    used: ({ sampling }) => (sampling.routedExpertsPromptStart ?? 0) !== 0,
  },
];

const lackedByLayouts = new WeakMap<WireLayout, readonly Feature[]>();

/** What a layout has no place for; nothing, in the current release. */
export function lackedFeatures(layout: WireLayout): readonly Feature[] {
  let lacked = lackedByLayouts.get(layout);
  if (!lacked) {
    lacked = FEATURES.filter(({ struct, field }) => !layout.structs[struct].includes(field));
    lackedByLayouts.set(layout, lacked);
  }
  return lacked;
}

/** What `add_lora` of a layout has no place for. Throws `UnsupportedError`. */
export function checkLora({ loadInplace, is3dWeight }: LoraRequest, { structs }: WireLayout): void {
  const used = { load_inplace: loadInplace, is_3d_lora_weight: is3dWeight };
  for (const [field, value] of Object.entries(used)) {
    if (value === true && !structs.LoRARequest.includes(field)) throw lacking(field);
  }
}

export function lacking(field: string): UnsupportedError {
  return new UnsupportedError(`The engine takes no ${field}: its release lacks it, or is not known.`, { param: field });
}
