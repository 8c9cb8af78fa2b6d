import { UnsupportedError } from '@app/errors';
import type { SamplingRequest } from '@app/text';
import type { GenerationRequest } from './dto/generation-request.dto.js';
import { toStructuredOutputs } from './to-structured-outputs.js';

/** The shared fields that say how to sample. What an API names or counts differently comes in `own`. */
export type SamplingFields = Pick<
  GenerationRequest,
  | 'frequency_penalty'
  | 'presence_penalty'
  | 'logit_bias'
  | 'seed'
  | 'stop'
  | 'stream_interval'
  | 'temperature'
  | 'top_p'
  | 'top_k'
  | 'min_p'
  | 'repetition_penalty'
  | 'use_beam_search'
  | 'length_penalty'
  | 'stop_token_ids'
  | 'include_stop_str_in_output'
  | 'ignore_eos'
  | 'min_tokens'
  | 'skip_special_tokens'
  | 'spaces_between_special_tokens'
  | 'watermarking'
  | 'logprob_token_ids'
  | 'allowed_token_ids'
  | 'bad_words'
  | 'response_format'
  | 'structured_outputs'
  | 'routed_experts_prompt_start'
  | 'kv_transfer_params'
  | 'ec_transfer_params'
  | 'vllm_xargs'
  | 'repetition_detection'
  | 'thinking_token_budget'
>;

export type OwnSampling = Pick<SamplingRequest, 'n' | 'maxTokens' | 'maxTokensField' | 'logprobs' | 'promptLogprobs'>;

export function toSamplingRequest(fields: SamplingFields, own: OwnSampling): SamplingRequest {
  if (fields.use_beam_search) throw new UnsupportedError('Beam search is not supported by this server.');
  return {
    ...own,
    temperature: fields.temperature,
    topP: fields.top_p,
    topK: fields.top_k,
    minP: fields.min_p,
    repetitionPenalty: fields.repetition_penalty,
    presencePenalty: fields.presence_penalty,
    frequencyPenalty: fields.frequency_penalty,
    seed: fields.seed,
    minTokens: fields.min_tokens,
    stop: typeof fields.stop === 'string' ? [fields.stop] : fields.stop,
    stopTokenIds: fields.stop_token_ids,
    includeStopStrInOutput: fields.include_stop_str_in_output,
    ignoreEos: fields.ignore_eos,
    skipSpecialTokens: fields.skip_special_tokens,
    spacesBetweenSpecialTokens: fields.spaces_between_special_tokens,
    logprobTokenIds: fields.logprob_token_ids,
    logitBias: fields.logit_bias,
    allowedTokenIds: fields.allowed_token_ids,
    badWords: fields.bad_words,
    watermarking: fields.watermarking,
    thinkingTokenBudget: fields.thinking_token_budget === -1 ? undefined : fields.thinking_token_budget,
    repetitionDetection: fields.repetition_detection && {
      maxPatternSize: fields.repetition_detection.max_pattern_size,
      minPatternSize: fields.repetition_detection.min_pattern_size,
      minCount: fields.repetition_detection.min_count,
    },
    routedExpertsPromptStart: fields.routed_experts_prompt_start || undefined,
    structuredOutputs: toStructuredOutputs(fields.structured_outputs, fields.response_format),
    extraArgs: toExtraArgs(fields),
    streamInterval: fields.stream_interval,
  };
}

/** Arguments that only the engine understands; undefined when there are none. */
function toExtraArgs(fields: SamplingFields): Readonly<Record<string, unknown>> | undefined {
  const { vllm_xargs, kv_transfer_params, ec_transfer_params } = fields;
  if (!vllm_xargs && !kv_transfer_params && !ec_transfer_params) return undefined;
  return {
    ...vllm_xargs,
    ...(kv_transfer_params && { kv_transfer_params }),
    ...(ec_transfer_params && { ec_transfer_params }),
  };
}
