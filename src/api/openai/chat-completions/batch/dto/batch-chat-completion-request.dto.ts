import { EarlyRules, IsLaxNumber, IsLaxString, IsListOf, IsLiteral, list } from '@server/http/validation/index';
import { MAX_MESSAGES } from '@server/language/dto/chat-message.dto';
import type { ChatMessageParam } from '@server/language/dto/chat-message.dto';
import { ChatFields, chatMessage } from '../../dto/chat-completion-request.dto.js';
import { batchChatRules } from '../batch-chat.rules.js';

/** Ours, as for prompts of a completion: every conversation is a request of its own for the engine. */
const MAX_CONVERSATIONS = 1024;

/** Body of `POST /v1/chat/completions/batch` (completions-and-chat.md §2.1): a chat with many conversations. */
@EarlyRules(batchChatRules)
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
