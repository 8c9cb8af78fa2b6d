import { InvalidRequestError } from '@app/errors';

/** Messages that a format has no place for. */
export function unfit(message: string): InvalidRequestError {
  return new InvalidRequestError(message, { param: 'messages', showParam: false });
}
