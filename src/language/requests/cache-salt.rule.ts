import { InvalidRequestError } from '@app/errors';
import type { EarlyRule } from '@server/http/validation/index';

const MAX_LENGTH = 128;

/** A salt is part of cache keys and paths in the engine (completions-and-chat.md §1.1 no. 16). */
export const cacheSaltIsSafe: EarlyRule = ({ cache_salt: salt }) => {
  if (salt === undefined || salt === null) return;
  if (typeof salt !== 'string' || salt === '') {
    throw new InvalidRequestError("Parameter 'cache_salt' must be a non-empty string if provided.", {
      param: 'cache_salt',
    });
  }
  if ([...salt].length > MAX_LENGTH || /[@/\\\0]/.test(salt)) {
    throw new InvalidRequestError(
      "Parameter 'cache_salt' must be at most 128 characters and must not contain '@', '/', '\\\\', or NUL.",
      { param: 'cache_salt' },
    );
  }
};
