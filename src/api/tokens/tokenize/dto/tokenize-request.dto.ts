import { anything, dict, IsDictOf, IsLaxBool, IsLaxString, IsListOf, model } from '@server/http/validation/index';
import { chatMessage, MAX_MESSAGES, ToolParam } from '@server/language/dto/chat-message.dto';
import type { ChatMessageParam } from '@server/language/dto/chat-message.dto';

class TokenizeRequest {
  @IsLaxString({ nullable: true })
  readonly model?: string;

  /** Show the vocabulary's pieces beside the ids. */
  @IsLaxBool({ nullable: true, default: false })
  readonly return_token_strs?: boolean;
}

/** Text form of the body of `POST /tokenize` (other-endpoints.md §6). */
export class TokenizeTextRequest extends TokenizeRequest {
  @IsLaxString({ required: true })
  readonly prompt!: string;

  @IsLaxBool({ default: true })
  readonly add_special_tokens!: boolean;
}

/** Chat form of the body. */
export class TokenizeChatRequest extends TokenizeRequest {
  @IsListOf(chatMessage, { required: true, maxItems: MAX_MESSAGES })
  readonly messages!: ChatMessageParam[];

  @IsLaxBool({ default: true })
  readonly add_generation_prompt!: boolean;

  @IsLaxBool({ default: false })
  readonly continue_final_message!: boolean;

  @IsLaxBool({ default: false })
  readonly add_special_tokens!: boolean;

  @IsLaxString({ nullable: true })
  readonly chat_template?: string;

  @IsDictOf(anything(), { nullable: true })
  readonly chat_template_kwargs?: Record<string, unknown>;

  @IsDictOf(dict(anything()), { nullable: true })
  readonly media_io_kwargs?: Record<string, Record<string, unknown>>;

  @IsDictOf(anything(), { nullable: true })
  readonly mm_processor_kwargs?: Record<string, unknown>;

  @IsListOf(model(ToolParam), { nullable: true })
  readonly tools?: ToolParam[];
}
