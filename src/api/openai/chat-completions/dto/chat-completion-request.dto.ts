import {
  anything,
  dict,
  EarlyRules,
  Field,
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
import { ChatMessageParam, MAX_MESSAGES, toolChoice, ToolParam } from '@server/language/dto/chat-message.dto';
import type { ToolChoiceParam } from '@server/language/dto/chat-message.dto';
import { GenerationRequest } from '@server/api/openai/shared/dto/generation-request.dto';
import { chatRules } from '../chat-completion.rules.js';

/** A message of a conversation. */
export const chatMessage = model(ChatMessageParam, { kind: 'dict' });

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

/** Body of `POST /v1/chat/completions` (completions-and-chat.md §2). */
@EarlyRules(chatRules)
export class ChatCompletionRequest extends ChatFields {
  @IsListOf(chatMessage, { required: true, maxItems: MAX_MESSAGES })
  readonly messages!: ChatMessageParam[];

  @IsListOf(model(ToolParam), { nullable: true })
  readonly tools?: ToolParam[];

  /** Checked by the early rules; absent with tools means `auto`. */
  @Field(toolChoice, { nullable: true })
  readonly tool_choice?: ToolChoiceParam;
}
