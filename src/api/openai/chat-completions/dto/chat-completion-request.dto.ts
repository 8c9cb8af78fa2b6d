import {
  anything,
  dict,
  EarlyRules,
  Field,
  FieldOrder,
  IsDictOf,
  IsLaxBool,
  IsLaxInt,
  IsLaxString,
  IsListOf,
  IsLiteral,
  model,
  text,
} from '@server/http/validation/index';
import { REASONING_EFFORTS } from '@server/config/index';
import { chatMessage, MAX_MESSAGES, toolChoice, ToolParam } from '@server/language/dto/chat-message.dto';
import type { ChatMessageParam, ToolChoiceParam } from '@server/language/dto/chat-message.dto';
import { GenerationRequest } from '@server/api/openai/shared/dto/generation-request.dto';
import { chatRules } from '../chat-completion.rules.js';

/** Fields that do not depend on how many conversations a body has. */
export class ChatFields extends GenerationRequest {
  @IsLaxInt({ nullable: true, default: 1 })
  readonly n?: number;

  @IsLaxBool({ nullable: true, default: false })
  readonly logprobs?: boolean;

  @IsLaxInt({ nullable: true, default: 0 })
  readonly top_logprobs?: number;

  @IsLaxInt({ nullable: true })
  readonly max_tokens?: number;

  @IsLaxInt({ nullable: true })
  readonly max_completion_tokens?: number;

  @IsLaxBool({ nullable: true, default: true })
  readonly parallel_tool_calls?: boolean;

  @IsLiteral([...REASONING_EFFORTS], { nullable: true })
  readonly reasoning_effort?: (typeof REASONING_EFFORTS)[number];

  @IsLaxBool({ default: true })
  readonly include_reasoning!: boolean;

  @IsLaxBool({ default: false })
  readonly echo!: boolean;

  @IsLaxBool({ default: true })
  readonly add_generation_prompt!: boolean;

  @IsLaxBool({ default: false })
  readonly continue_final_message!: boolean;

  @IsLaxBool({ default: false })
  readonly add_special_tokens!: boolean;

  @IsListOf(dict(text()), { nullable: true })
  readonly documents?: Record<string, string>[];

  @IsLaxString({ nullable: true })
  readonly chat_template?: string;

  @IsDictOf(anything(), { nullable: true })
  readonly chat_template_kwargs?: Record<string, unknown>;

  @IsDictOf(dict(anything()), { nullable: true })
  readonly media_io_kwargs?: Record<string, Record<string, unknown>>;

  @IsDictOf(anything(), { nullable: true })
  readonly mm_processor_kwargs?: Record<string, unknown>;

  @IsLaxBool({ nullable: true })
  readonly return_prompt_text?: boolean;
}

/** As the fields stand in vLLM's class. */
const WIRE_ORDER = [
  ...['messages', 'model', 'frequency_penalty', 'logit_bias', 'logprobs', 'top_logprobs', 'max_tokens'],
  ...['max_completion_tokens', 'n', 'presence_penalty', 'response_format', 'seed', 'stop', 'stream'],
  ...['stream_options', 'temperature', 'top_p', 'tools', 'tool_choice', 'reasoning_effort'],
  ...['thinking_token_budget', 'include_reasoning', 'parallel_tool_calls', 'user', 'use_beam_search', 'top_k'],
  ...['min_p', 'repetition_penalty', 'watermarking', 'length_penalty', 'stop_token_ids'],
  ...['include_stop_str_in_output', 'ignore_eos', 'min_tokens', 'skip_special_tokens'],
  ...['spaces_between_special_tokens', 'truncate_prompt_tokens', 'truncation_side', 'prompt_logprobs'],
  ...['logprob_token_ids', 'allowed_token_ids', 'bad_words', 'echo', 'add_generation_prompt'],
  ...['continue_final_message', 'add_special_tokens', 'documents', 'chat_template', 'chat_template_kwargs'],
  ...['media_io_kwargs', 'mm_processor_kwargs', 'structured_outputs', 'priority', 'request_id', 'session_id'],
  ...['return_tokens_as_token_ids', 'return_token_ids', 'return_weight_versions', 'routed_experts_prompt_start'],
  ...['return_token_offsets', 'return_prompt_text', 'mm_payload', 'return_mm_kwargs', 'cache_salt'],
  ...['kv_transfer_params', 'ec_transfer_params', 'vllm_xargs', 'repetition_detection', 'stream_interval'],
] as const;

/** Body of `POST /v1/chat/completions` (completions-and-chat.md §2). */
@EarlyRules(chatRules)
@FieldOrder<ChatCompletionRequest>(WIRE_ORDER)
export class ChatCompletionRequest extends ChatFields {
  @IsListOf(chatMessage, { required: true, maxItems: MAX_MESSAGES })
  readonly messages!: ChatMessageParam[];

  @IsListOf(model(ToolParam), { nullable: true })
  readonly tools?: ToolParam[];

  /** Checked by the early rules; absent with tools means `auto`, null does not. */
  @Field(toolChoice)
  readonly tool_choice?: ToolChoiceParam;
}
