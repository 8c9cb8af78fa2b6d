import { InvalidRequestError } from '@app/errors';
import type { TextRequest } from './text-request.js';

/** Longer ones would only fill the engine's tables. */
const MAX_SESSION_ID_LENGTH = 1024;

/** Bounds of what a request says beside its prompt and sampling. Throws `InvalidRequestError`. */
export function checkRequest({ priority = 0, sessionId = '' }: Pick<TextRequest, 'priority' | 'sessionId'>): void {
  if (!Number.isSafeInteger(priority)) {
    throw new InvalidRequestError('priority must be an integer of at most 53 bits.', { param: 'priority' });
  }
  if (sessionId.length > MAX_SESSION_ID_LENGTH) {
    throw new InvalidRequestError(`session_id must have at most ${MAX_SESSION_ID_LENGTH} characters.`, {
      param: 'session_id',
    });
  }
}
