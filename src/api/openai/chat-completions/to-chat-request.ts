import type { ChatRequest } from '@app/chat';
import { InvalidRequestError } from '@app/errors';
import { allHandled } from '@server/http/all-handled';
import type { RequestContext } from '@server/http/request-context';
import { toChatMessages, toFunctionTools } from '@server/language/requests/to-chat-messages';
import { toToolChoice } from '@server/language/requests/to-tool-choice';
import { takeSharedFields } from '@server/api/openai/shared/take-shared-fields';
import type { ChatCompletionRequest } from './dto/chat-completion-request.dto.js';

/** Lowers the wire request into the domain request. A field added to the schema must be placed or dropped here. */
export function toChatRequest(body: ChatCompletionRequest, id: string, context: RequestContext): ChatRequest {
  const { promptTokenIds, transfer } = splitTransferParams(body);
  const { sampling, request, rest } = takeSharedFields({ ...body, kv_transfer_params: transfer }, context);
  const {
    messages,
    tools,
    tool_choice,
    parallel_tool_calls,
    include_reasoning,
    n,
    logprobs,
    top_logprobs,
    prompt_logprobs,
    max_tokens,
    max_completion_tokens,
    add_generation_prompt,
    continue_final_message,
    add_special_tokens,
    documents,
    reasoning_effort,
    chat_template,
    chat_template_kwargs,
    // Refused by chat-completion.rules.ts.
    media_io_kwargs: _mediaIoKwargs,
    mm_processor_kwargs: _mmProcessorKwargs,
    // Read where the answer's looks are decided.
    return_prompt_text: _returnPromptText,
    echo: _echo,
    ...unplaced
  } = rest;
  allHandled(unplaced);
  return {
    ...request,
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
      signal: context.signal,
    },
    promptTokenIds,
    addSpecialTokens: add_special_tokens,
    toolChoice: toToolChoice(tool_choice),
    parallelToolCalls: parallel_tool_calls,
    includeReasoning: include_reasoning,
    sampling: {
      ...sampling,
      n: n ?? 1,
      maxTokens: max_completion_tokens ?? max_tokens,
      maxTokensField: max_completion_tokens === undefined ? 'max_tokens' : 'max_completion_tokens',
      // With ids of their own, the count says nothing.
      logprobs: logprobs && !sampling.logprobTokenIds ? (top_logprobs ?? 0) : undefined,
      promptLogprobs: prompt_logprobs,
    },
  };
}

/** Token ids in `kv_transfer_params` are the prompt itself, not the engine's affair (completions-and-chat.md §2); with `echo` the messages are needed. */
function splitTransferParams({ kv_transfer_params: params, echo }: ChatCompletionRequest): {
  readonly promptTokenIds?: readonly number[];
  readonly transfer?: Record<string, unknown> | undefined;
} {
  if (params === undefined || !Object.hasOwn(params, 'prompt_token_ids')) return { transfer: params };
  const { prompt_token_ids: ids, ...transfer } = params;
  if (ids === null || echo) return { transfer };
  if (!Array.isArray(ids) || ids.length === 0 || !ids.every((id) => Number.isSafeInteger(id) && (id as number) >= 0)) {
    throw new InvalidRequestError(
      "`kv_transfer_params['prompt_token_ids']` must be a non-empty list of non-negative integers.",
      { param: 'kv_transfer_params.prompt_token_ids' },
    );
  }
  return { promptTokenIds: ids as number[], transfer };
}
