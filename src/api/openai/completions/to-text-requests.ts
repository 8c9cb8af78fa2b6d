import { InvalidRequestError } from '@app/errors';
import type { TextPrompt, TextRequest } from '@app/text';
import { allHandled } from '@server/http/all-handled';
import type { RequestContext } from '@server/http/request-context';
import { toSamplingRequest } from '@server/api/openai/shared/to-sampling-request';
import { DEFAULT_MAX_TOKENS } from './dto/completion-request.dto.js';
import type { CompletionPrompt, CompletionRequest } from './dto/completion-request.dto.js';

/** One text request per prompt. A field added to the schema must be placed or dropped here. */
export function toTextRequests(body: CompletionRequest, id: string, context: RequestContext): TextRequest[] {
  const {
    prompt,
    max_tokens,
    n,
    echo,
    logprobs,
    prompt_logprobs,
    stream,
    truncate_prompt_tokens,
    truncation_side,
    cache_salt,
    session_id,
    priority,
    add_special_tokens,
    // Sampling, in the form that chat shares.
    frequency_penalty,
    presence_penalty,
    logit_bias,
    seed,
    stop,
    stream_interval,
    temperature,
    top_p,
    top_k,
    min_p,
    repetition_penalty,
    use_beam_search,
    length_penalty,
    stop_token_ids,
    include_stop_str_in_output,
    ignore_eos,
    min_tokens,
    skip_special_tokens,
    spaces_between_special_tokens,
    watermarking,
    logprob_token_ids,
    allowed_token_ids,
    bad_words,
    response_format,
    structured_outputs,
    routed_experts_prompt_start,
    kv_transfer_params,
    ec_transfer_params,
    vllm_xargs,
    repetition_detection,
    thinking_token_budget,
    // Refused or answered elsewhere: completion.rules.ts, completions.service.ts.
    prompt_embeds: _promptEmbeds,
    suffix: _suffix,
    model: _model,
    stream_options: _streamOptions,
    request_id: _requestId,
    return_token_ids: _returnTokenIds,
    return_tokens_as_token_ids: _returnTokensAsTokenIds,
    // Without effect: statistics of the caller, routed experts and the render routes.
    user: _user,
    return_weight_versions: _returnWeightVersions,
    return_token_offsets: _returnTokenOffsets,
    mm_payload: _mmPayload,
    ...rest
  } = body;
  allHandled(rest);
  const onlyEcho = echo === true && max_tokens === 0;
  const sampling = toSamplingRequest(
    {
      frequency_penalty,
      presence_penalty,
      logit_bias,
      seed,
      stop,
      stream_interval,
      temperature,
      top_p,
      top_k,
      min_p,
      repetition_penalty,
      use_beam_search,
      length_penalty,
      stop_token_ids,
      include_stop_str_in_output,
      ignore_eos,
      min_tokens,
      skip_special_tokens,
      spaces_between_special_tokens,
      watermarking,
      logprob_token_ids,
      allowed_token_ids,
      bad_words,
      response_format,
      structured_outputs,
      routed_experts_prompt_start,
      kv_transfer_params,
      ec_transfer_params,
      vllm_xargs,
      repetition_detection,
      thinking_token_budget,
    },
    {
      n,
      maxTokens: onlyEcho ? 1 : (max_tokens ?? DEFAULT_MAX_TOKENS),
      maxTokensField: 'max_tokens',
      logprobs,
      promptLogprobs: prompt_logprobs ?? (echo ? logprobs : undefined),
    },
  );
  return toPrompts(prompt, add_special_tokens).map((textPrompt, index) => ({
    requestId: `${id}-${index}`,
    prompt: textPrompt,
    sampling,
    stream: stream ?? false,
    truncatePromptTokens: truncate_prompt_tokens,
    truncationSide: truncation_side,
    priority: context.priority ?? Number(priority),
    cacheSalt: cache_salt,
    sessionId: session_id ?? context.sessionId,
    dataParallelRank: context.dataParallelRank,
    traceHeaders: undefined,
  }));
}

function toPrompts(prompt: CompletionPrompt | undefined, addSpecialTokens: boolean): TextPrompt[] {
  const items: readonly (string | number | number[])[] = typeof prompt === 'string' ? [prompt] : (prompt ?? []);
  if (items.length === 0) {
    throw new InvalidRequestError('You must pass at least one prompt', { param: 'prompt' });
  }
  if (items.every((item) => typeof item === 'number')) return [{ type: 'tokens', tokenIds: items }];
  return items.map((item) =>
    typeof item === 'string'
      ? { type: 'text', text: item, addSpecialTokens }
      : { type: 'tokens', tokenIds: typeof item === 'number' ? [item] : item },
  );
}
