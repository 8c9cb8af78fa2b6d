import { InvalidRequestError } from '@app/errors';
import type { ChatRenderJob } from '../render-chat.js';
import { renderChat } from '../render-chat.js';

/** What a worker answers: errors do not keep their class on the way between threads. */
export type RenderOutcome =
  | { readonly text: string }
  | { readonly fault: { readonly message: string; readonly param: string | undefined; readonly value: unknown } };

export function toRenderOutcome(job: ChatRenderJob): RenderOutcome {
  try {
    return { text: renderChat(job) };
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    const { message, param, value } = error;
    return { fault: { message, param, value } };
  }
}

/** The rendered text. @throws InvalidRequestError */
export function mustText(outcome: RenderOutcome): string {
  if ('text' in outcome) return outcome.text;
  const { message, param, value } = outcome.fault;
  throw new InvalidRequestError(message, { param, value });
}
