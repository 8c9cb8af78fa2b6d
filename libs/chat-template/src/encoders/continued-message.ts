import { InvalidRequestError } from '@app/errors';
import type { ChatRenderInput } from '../chat-template.js';
import { checkConversation } from '../check-conversation.js';

/**
 * True when the last message stays open, for the model to go on with. vLLM's encoders end it all the same, so that the model starts another one.
 * @throws InvalidRequestError for a conversation that cannot be rendered or continued
 */
export function continuesMessage(input: ChatRenderInput): boolean {
  checkConversation(input);
  const last = input.messages[input.messages.length - 1];
  if (input.continueFinalMessage && (last.role !== 'assistant' || (last.toolCalls ?? []).length > 0)) {
    throw new InvalidRequestError('continue_final_message needs a last message of an assistant, without tool calls.', {
      param: 'continue_final_message',
    });
  }
  return input.continueFinalMessage;
}
