import { InvalidRequestError } from '@app/errors';
import type { EncodableText } from '@app/tokenization';
import type { ChatRenderJob } from '../render-chat.js';
import { renderChat } from '../render-chat.js';

/** What a worker answers: errors do not keep their class on the way between threads. */
export type RenderOutcome =
  | { readonly text: EncodableText }
  | { readonly fault: Pick<InvalidRequestError, 'message' | 'param' | 'showParam' | 'value'> };

export function toRenderOutcome(job: ChatRenderJob): RenderOutcome {
  try {
    return { text: renderChat(job) };
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    const { message, param, showParam, value } = error;
    return { fault: { message, param, showParam, value } };
  }
}

/** The rendered text. @throws InvalidRequestError */
export function mustText(outcome: RenderOutcome): EncodableText {
  if ('text' in outcome) return outcome.text;
  const { message, ...options } = outcome.fault;
  throw new InvalidRequestError(message, options);
}
