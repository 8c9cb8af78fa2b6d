import { compileValidator, isObject } from '@server/http/validation/index';
import { ChatCompletionRequest } from '../dto/chat-completion-request.dto.js';
import { BatchChatCompletionRequest } from './dto/batch-chat-completion-request.dto.js';

const asBatch = compileValidator(BatchChatCompletionRequest);
const asChat = compileValidator(ChatCompletionRequest);

/** A checked batch; what its chats share is checked when they are asked for, because unknown models come first. */
export interface BatchBody {
  readonly batch: BatchChatCompletionRequest;
  readonly chats: () => readonly ChatCompletionRequest[];
}

/** `raw`: the body. Every field but `messages` holds for each chat; nothing is streamed and no tool is offered. Throws what is wrong. */
export function toBatchBody(raw: unknown): BatchBody {
  const batch = asBatch(raw);
  const { messages: conversations, ...shared } = isObject(raw) ? raw : {};
  const given = Object.entries(shared).filter(([, value]) => value !== null);
  const common = {
    ...Object.fromEntries(given),
    add_generation_prompt: batch.add_generation_prompt,
    tool_choice: 'none',
    tools: undefined,
    stream: undefined,
    stream_options: undefined,
  };
  const chats = () => {
    // Once for all of them: the messages have passed the same checks with the batch.
    const first = asChat({ ...common, messages: (conversations as readonly unknown[])[0] });
    return batch.messages.map((messages) => ({ ...first, messages }));
  };
  return { batch, chats };
}
