import {
  EarlyRules,
  FieldOrder,
  IsLaxNumber,
  IsLaxString,
  IsListOf,
  IsLiteral,
  list,
} from '@server/http/validation/index';
import { chatMessage, MAX_MESSAGES } from '@server/language/dto/chat-message.dto';
import type { ChatMessageParam } from '@server/language/dto/chat-message.dto';
import { ChatFields } from '../../dto/chat-completion-request.dto.js';
import { batchChatRules } from '../batch-chat.rules.js';

/** Ours, as for prompts of a completion: every conversation is a request of its own for the engine. */
const MAX_CONVERSATIONS = 1024;

/** As the fields stand in vLLM's class. */
const WIRE_ORDER = [
  ...['messages', 'model', 'frequency_penalty', 'logit_bias', 'logprobs', 'top_logprobs', 'logprob_token_ids'],
  ...['max_tokens', 'max_completion_tokens', 'n', 'presence_penalty', 'response_format', 'seed', 'stop'],
  ...['temperature', 'top_p', 'user', 'tool_choice', 'include_reasoning', 'use_beam_search', 'top_k', 'min_p'],
  ...['repetition_penalty', 'watermarking', 'length_penalty', 'structured_outputs', 'request_id'],
  ...['add_generation_prompt', 'continue_final_message', 'chat_template', 'chat_template_kwargs'],
  ...['media_io_kwargs', 'mm_processor_kwargs', 'priority', 'cache_salt', 'include_stop_str_in_output', 'echo'],
  ...['return_tokens_as_token_ids', 'return_token_ids'],
] as const;

/** Body of `POST /v1/chat/completions/batch` (completions-and-chat.md §2.1): a chat with many conversations. */
@EarlyRules(batchChatRules)
@FieldOrder<BatchChatCompletionRequest>(WIRE_ORDER)
export class BatchChatCompletionRequest extends ChatFields {
  @IsListOf(list(chatMessage, { minItems: 1, maxItems: MAX_MESSAGES }), {
    required: true,
    minItems: 1,
    maxItems: MAX_CONVERSATIONS,
  })
  readonly messages!: ChatMessageParam[][];

  @IsLiteral(['none'], { nullable: true, default: 'none' })
  readonly tool_choice?: 'none';

  @IsLaxNumber({ nullable: true, default: 1 })
  declare readonly length_penalty: number;

  @IsLaxString({ nullable: true })
  declare readonly request_id?: string;
}
