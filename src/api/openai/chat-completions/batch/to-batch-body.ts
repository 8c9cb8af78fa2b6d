import { compileValidator, isObject } from '@server/http/validation/index';
import { ChatCompletionRequest } from '../dto/chat-completion-request.dto.js';
import { BatchChatCompletionRequest } from './dto/batch-chat-completion-request.dto.js';

const asBatch = compileValidator(BatchChatCompletionRequest);
const asChat = compileValidator(ChatCompletionRequest);

/** A checked batch; its chats are checked one by one when they are asked for, because unknown models come first. */
export interface BatchBody {
  readonly batch: BatchChatCompletionRequest;
  readonly chats: () => readonly ChatCompletionRequest[];
}

/** `raw`: the body. Every field but `messages` holds for each chat; nothing is streamed and no tool is offered. Throws what is wrong. */
export function toBatchBody(raw: unknown): BatchBody {
  const batch = asBatch(raw);
  const { messages, ...shared } = isObject(raw) ? raw : {};
  const conversations = messages as readonly unknown[];
  const given = Object.entries(shared).filter(([, value]) => value !== null);
  const common = {
    ...Object.fromEntries(given),
    add_generation_prompt: batch.add_generation_prompt,
    tool_choice: 'none',
    tools: undefined,
    stream: undefined,
    stream_options: undefined,
  };
  return { batch, chats: () => conversations.map((conversation) => asChat({ ...common, messages: conversation })) };
}
