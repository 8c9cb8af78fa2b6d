import type { TextRequest } from '@app/text';
import { allHandled } from '@server/http/all-handled';
import type { RequestContext } from '@server/http/request-context';
import { toExtraArgs } from '@server/language/requests/to-extra-args';
import { toStructuredOutputs } from '@server/language/requests/to-structured-outputs';
import type { GenerateRequest } from './dto/generate-request.dto.js';

/** Lowers the wire request into the domain request. A field added to the schema must be placed or dropped here. */
export function toTextRequest(body: GenerateRequest, context: RequestContext, requestId: string): TextRequest {
  const {
    token_ids,
    sampling_params,
    reasoning_ended,
    reasoning_parser_kwargs,
    stream,
    cache_salt,
    priority,
    kv_transfer_params,
    ec_transfer_params,
    // Read where the answer's looks are decided.
    request_id: _requestId,
    model: _model,
    return_token_ids: _returnTokenIds,
    output_mode: _outputMode,
    parse_context: _parseContext,
    stream_options: _streamOptions,
    // Refused by generate.rules.ts.
    features: _features,
    content_parts: _contentParts,
    ...rest
  } = body;
  allHandled(rest);
  const {
    n,
    presence_penalty,
    frequency_penalty,
    repetition_penalty,
    temperature,
    watermarking,
    top_p,
    top_k,
    min_p,
    seed,
    stop,
    stop_token_ids,
    ignore_eos,
    max_tokens,
    min_tokens,
    logprobs,
    prompt_logprobs,
    logprob_token_ids,
    detokenize,
    skip_special_tokens,
    spaces_between_special_tokens,
    include_stop_str_in_output,
    stream_interval,
    structured_outputs,
    logit_bias,
    allowed_token_ids,
    extra_args,
    bad_words,
    skip_reading_prefix_cache,
    thinking_token_budget,
    repetition_detection,
    routed_experts_prompt_start,
    // Refused by generate.rules.ts.
    prompt_logprob_token_ids: _promptLogprobTokenIds,
    trace_decode_token_ids: _traceDecodeTokenIds,
    ...unplaced
  } = sampling_params;
  allHandled(unplaced);
  return {
    requestId,
    prompt: { type: 'tokens', tokenIds: token_ids },
    isRendered: true,
    stream: stream ?? false,
    priority: context.priority ?? Number(priority),
    cacheSalt: cache_salt,
    sessionId: context.sessionId,
    dataParallelRank: context.dataParallelRank,
    reasoningEnded: reasoning_ended,
    reasoningParserKwargs: reasoning_parser_kwargs && {
      chat_template_kwargs: reasoning_parser_kwargs.chat_template_kwargs,
    },
    sampling: {
      n,
      presencePenalty: presence_penalty,
      frequencyPenalty: frequency_penalty,
      repetitionPenalty: repetition_penalty,
      temperature,
      watermarking,
      topP: top_p,
      topK: top_k,
      minP: min_p,
      seed,
      stop: typeof stop === 'string' ? [stop] : stop,
      stopTokenIds: stop_token_ids,
      ignoreEos: ignore_eos,
      maxTokens: max_tokens,
      maxTokensField: 'max_tokens',
      minTokens: min_tokens,
      logprobs,
      promptLogprobs: prompt_logprobs,
      logprobTokenIds: logprob_token_ids,
      detokenize,
      skipSpecialTokens: skip_special_tokens,
      spacesBetweenSpecialTokens: spaces_between_special_tokens,
      includeStopStrInOutput: include_stop_str_in_output,
      streamInterval: stream_interval,
      structuredOutputs: toStructuredOutputs(structured_outputs, undefined),
      logitBias: logit_bias,
      allowedTokenIds: allowed_token_ids,
      extraArgs: toExtraArgs(extra_args, { kv_transfer_params, ec_transfer_params }),
      badWords: bad_words,
      skipReadingPrefixCache: skip_reading_prefix_cache,
      thinkingTokenBudget: thinking_token_budget,
      repetitionDetection: repetition_detection && {
        maxPatternSize: repetition_detection.max_pattern_size,
        minPatternSize: repetition_detection.min_pattern_size,
        minCount: repetition_detection.min_count,
      },
      routedExpertsPromptStart: routed_experts_prompt_start || undefined,
    },
  };
}
