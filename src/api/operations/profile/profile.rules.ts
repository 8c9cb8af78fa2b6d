import { isReleaseFrom } from '@app/engine-protocol';
import { InvalidRequestError, UnsupportedError } from '@app/errors';
import type { StartProfileRequest } from './dto/start-profile-request.dto.js';

/** Throws `InvalidRequestError`; a prefix becomes the name of a file on the engine's host. */
export function checkProfile({ profile_prefix, delay_iterations, max_iterations }: StartProfileRequest): void {
  if (profile_prefix !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(profile_prefix)) {
    throw new InvalidRequestError(
      "profile_prefix must have 1 to 128 letters, digits, '.', '_' or '-', and begin with a letter or a digit",
      { param: 'profile_prefix' },
    );
  }
  for (const [param, value = 0] of Object.entries({ delay_iterations, max_iterations })) {
    if (value < 0) throw new InvalidRequestError(`${param} must be greater than or equal to 0`, { param, value });
  }
}

/** First release that takes each of the arguments, in their order; one too many would fail the call (engine protocol §7). */
const TAKEN_SINCE = [
  ['profile_prefix', ''],
  ['delay_iterations', '0.32'],
  ['max_iterations', '0.32'],
  ['profiler_kwargs', '0.33'],
] as const;

/** The arguments of `profile` that this release takes. Throws `UnsupportedError` for a wish that it would not hear. */
export function toProfileArgs(wishes: StartProfileRequest, release = ''): readonly unknown[] {
  const taken = TAKEN_SINCE.filter(([, since]) => isReleaseFrom(since, release));
  const lacking = TAKEN_SINCE.find((entry) => !taken.includes(entry) && wishes[entry[0]] !== undefined);
  if (lacking) {
    throw new UnsupportedError(`The engine takes no ${lacking[0]}: its release lacks it, or is not known.`, {
      param: lacking[0],
    });
  }
  return [true, ...taken.map(([field]) => wishes[field] ?? null)];
}
