import type { ChatRequest } from '@app/chat';
import { InvalidRequestError } from '@app/errors';
import { allHandled } from '@server/http/all-handled';
import type { RequestContext } from '@server/http/request-context';
import { toChatMessages, toFunctionTools } from '@server/language/to-chat-messages';
import { toSamplingRequest } from '@server/api/openai/shared/to-sampling-request';
import type { ChatCompletionRequest } from './dto/chat-completion-request.dto.js';

/** Lowers the wire request into the domain request. A field added to the schema must be placed or dropped here. */
export function toChatRequest(body: ChatCompletionRequest, id: string, context: RequestContext): ChatRequest {
  const {
    messages,
    tools,
    n,
    logprobs,
    top_logprobs,
    prompt_logprobs,
    max_tokens,
    max_completion_tokens,
    stream,
    add_generation_prompt,
    continue_final_message,
    add_special_tokens,
    documents,
    reasoning_effort,
    chat_template,
    chat_template_kwargs,
    tool_choice,
    parallel_tool_calls,
    include_reasoning,
    kv_transfer_params,
    truncate_prompt_tokens,
    truncation_side,
    cache_salt,
    session_id,
    priority,
    // Sampling, in the form that completions share.
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
    ec_transfer_params,
    vllm_xargs,
    repetition_detection,
    thinking_token_budget,
    // Refused or answered elsewhere: chat-completion.rules.ts, to-chat-answer-options.ts.
    model: _model,
    stream_options: _streamOptions,
    request_id: _requestId,
    return_token_ids: _returnTokenIds,
    return_tokens_as_token_ids: _returnTokensAsTokenIds,
    return_prompt_text: _returnPromptText,
    echo: _echo,
    media_io_kwargs: _mediaIoKwargs,
    mm_processor_kwargs: _mmProcessorKwargs,
    // Without effect: statistics of the caller, routed experts and the render routes.
    user: _user,
    return_weight_versions: _returnWeightVersions,
    return_token_offsets: _returnTokenOffsets,
    mm_payload: _mmPayload,
    ...rest
  } = body;
  allHandled(rest);
  const { promptTokenIds, transfer } = splitTransferParams(kv_transfer_params);
  return {
    requestId: id,
    prompt: {
      messages: toChatMessages(messages),
      tools: toFunctionTools(tools),
      addGenerationPrompt: add_generation_prompt,
      continueFinalMessage: continue_final_message,
      documents,
      reasoningEffort: reasoning_effort,
      kwargs: chat_template_kwargs,
      chatTemplate: chat_template,
    },
    promptTokenIds,
    addSpecialTokens: add_special_tokens,
    sampling: toSamplingRequest(
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
        kv_transfer_params: transfer,
        ec_transfer_params,
        vllm_xargs,
        repetition_detection,
        thinking_token_budget,
      },
      {
        n: n ?? 1,
        maxTokens: max_completion_tokens ?? max_tokens,
        maxTokensField: max_completion_tokens === undefined ? 'max_tokens' : 'max_completion_tokens',
        logprobs: logprobs ? (top_logprobs ?? 0) : undefined,
        promptLogprobs: prompt_logprobs,
      },
    ),
    toolChoice: typeof tool_choice === 'object' ? { name: tool_choice.function.name } : tool_choice,
    parallelToolCalls: parallel_tool_calls,
    includeReasoning: include_reasoning,
    stream: stream ?? false,
    truncatePromptTokens: truncate_prompt_tokens,
    truncationSide: truncation_side,
    priority: context.priority ?? Number(priority),
    cacheSalt: cache_salt,
    sessionId: session_id ?? context.sessionId,
    dataParallelRank: context.dataParallelRank,
    traceHeaders: undefined,
  };
}

/** Token ids in `kv_transfer_params` are the prompt itself, not the engine's affair (completions-and-chat.md §2). */
function splitTransferParams(params: Record<string, unknown> | undefined): {
  readonly promptTokenIds?: readonly number[];
  readonly transfer?: Record<string, unknown> | undefined;
} {
  if (params === undefined || !Object.hasOwn(params, 'prompt_token_ids')) return { transfer: params };
  const { prompt_token_ids: ids, ...transfer } = params;
  if (!Array.isArray(ids) || ids.length === 0 || !ids.every((id) => Number.isSafeInteger(id) && (id as number) >= 0)) {
    throw new InvalidRequestError(
      "`kv_transfer_params['prompt_token_ids']` must be a non-empty list of non-negative integers.",
      { param: 'kv_transfer_params.prompt_token_ids' },
    );
  }
  return { promptTokenIds: ids as number[], transfer };
}
