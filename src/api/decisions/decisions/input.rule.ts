import { InvalidRequestError } from '@app/errors';
import { isObject } from '@server/http/validation/index';
import type { EarlyRule } from '@server/http/validation/index';

/** Images are refused by name, not as a part of a wrong type. */
export const inputIsText: EarlyRule = ({ input }) => {
  const messages: unknown[] = Array.isArray(input) ? input : [];
  if (!messages.some(hasImage)) return;
  throw new InvalidRequestError('Decisions supports text input only; images are not supported');
};

function hasImage(message: unknown): boolean {
  const parts: unknown[] = isObject(message) && Array.isArray(message.content) ? message.content : [];
  return parts.some((part) => isObject(part) && part.type === 'input_image');
}
