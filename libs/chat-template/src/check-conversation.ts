import { InvalidRequestError } from '@app/errors';
import type { ChatRenderInput } from './chat-template.js';

/** What no template and no encoder can render. @throws InvalidRequestError */
export function checkConversation({
  messages,
  continueFinalMessage,
  addGenerationPrompt,
}: Pick<ChatRenderInput, 'messages' | 'continueFinalMessage' | 'addGenerationPrompt'>): void {
  if (messages.length === 0) {
    throw new InvalidRequestError('Cannot apply chat template to an empty conversation. Provide at least one message.');
  }
  if (continueFinalMessage && addGenerationPrompt) {
    throw new InvalidRequestError(
      'continue_final_message and add_generation_prompt are not compatible. Use continue_final_message when you want the ' +
        'model to continue the final message, and add_generation_prompt when you want to add a header that will prompt it ' +
        'to start a new assistant message instead.',
    );
  }
}
