import type { SamplingRequest, TextRequest } from '@app/text';
import type { RequestContext } from '@server/http/request-context';
import type { GenerationRequest } from './dto/generation-request.dto.js';
import { toExtraArgs } from '@server/language/requests/to-extra-args';
import { toStructuredOutputs } from '@server/language/requests/to-structured-outputs';

/** Sampling but for what each API names or counts in its own way. */
export type SharedSampling = Omit<
  SamplingRequest,
  'n' | 'maxTokens' | 'maxTokensField' | 'logprobs' | 'promptLogprobs'
>;

export type SharedRequest = Omit<TextRequest, 'requestId' | 'prompt' | 'promptField' | 'sampling'>;

/**
 * Lowers the fields that completions and chat share, and returns the rest of the body for the family to place.
 * A field added to `GenerationRequest` and not placed here is left in every family's rest, and does not compile there.
 */
export function takeSharedFields<Body extends GenerationRequest>(body: Body, context: RequestContext) {
  const {
    frequency_penalty,
    presence_penalty,
    logit_bias,
    seed,
    stop,
    stream,
    stream_interval,
    temperature,
    top_p,
    top_k,
    min_p,
    repetition_penalty,
    length_penalty,
    use_beam_search,
    stop_token_ids,
    include_stop_str_in_output,
    ignore_eos,
    min_tokens,
    skip_special_tokens,
    spaces_between_special_tokens,
    watermarking,
    truncate_prompt_tokens,
    truncation_side,
    logprob_token_ids,
    allowed_token_ids,
    bad_words,
    response_format,
    structured_outputs,
    priority,
    session_id,
    routed_experts_prompt_start,
    cache_salt,
    kv_transfer_params,
    ec_transfer_params,
    vllm_xargs,
    repetition_detection,
    thinking_token_budget,
    // Read where the answer's looks are decided.
    model: _model,
    stream_options: _streamOptions,
    request_id: _requestId,
    return_token_ids: _returnTokenIds,
    return_tokens_as_token_ids: _returnTokensAsTokenIds,
    return_weight_versions: _returnWeightVersions,
    // Read by the render routes.
    return_token_offsets: _returnTokenOffsets,
    // Without effect: statistics of the caller, and what a multimodal prompt would have.
    user: _user,
    mm_payload: _mmPayload,
    return_mm_kwargs: _returnMmKwargs,
    ...rest
  } = body;
  const sampling: SharedSampling = {
    temperature,
    topP: top_p,
    topK: top_k,
    minP: min_p,
    repetitionPenalty: repetition_penalty,
    presencePenalty: presence_penalty,
    frequencyPenalty: frequency_penalty,
    seed,
    minTokens: min_tokens,
    stop: typeof stop === 'string' ? [stop] : stop,
    stopTokenIds: stop_token_ids,
    includeStopStrInOutput: include_stop_str_in_output,
    ignoreEos: ignore_eos,
    skipSpecialTokens: skip_special_tokens,
    spacesBetweenSpecialTokens: spaces_between_special_tokens,
    logprobTokenIds: logprob_token_ids,
    logitBias: logit_bias,
    allowedTokenIds: allowed_token_ids,
    badWords: bad_words,
    watermarking,
    thinkingTokenBudget: thinking_token_budget === -1 ? undefined : thinking_token_budget,
    repetitionDetection: repetition_detection && {
      maxPatternSize: repetition_detection.max_pattern_size,
      minPatternSize: repetition_detection.min_pattern_size,
      minCount: repetition_detection.min_count,
    },
    routedExpertsPromptStart: routed_experts_prompt_start || undefined,
    structuredOutputs: toStructuredOutputs(structured_outputs, response_format),
    extraArgs: toExtraArgs(vllm_xargs, {
      kv_transfer_params: unlessEmpty(kv_transfer_params),
      ec_transfer_params: unlessEmpty(ec_transfer_params),
    }),
    streamInterval: stream_interval,
  };
  const request: SharedRequest = {
    stream: stream ?? false,
    beamSearch: use_beam_search ? { lengthPenalty: length_penalty } : undefined,
    truncatePromptTokens: truncate_prompt_tokens,
    truncationSide: truncation_side,
    priority: context.priority ?? Number(priority),
    cacheSalt: cache_salt,
    sessionId: session_id || context.sessionId,
    dataParallelRank: context.dataParallelRank,
  };
  return { sampling, request, rest };
}

function unlessEmpty<T extends object>(given: T | undefined): T | undefined {
  return given && Object.keys(given).length > 0 ? given : undefined;
}
