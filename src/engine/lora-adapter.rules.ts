import { InvalidUserInputError } from '@app/errors';

/** A name stands in every answer, log line and path of a management route. */
const MAX_NAME_LENGTH = 256;
const MAX_PATH_LENGTH = 4096;

const CONTROL = /\p{Cc}/u;

/** For names that callers give. Throws `InvalidUserInputError`. */
export function checkAdapterName(name: string): void {
  if (name.length > MAX_NAME_LENGTH) refuse(`'lora_name' must have at most ${MAX_NAME_LENGTH} characters.`);
  if (CONTROL.test(name) || /[/\\]/.test(name) || name === '.' || name === '..') {
    refuse("'lora_name' must not contain slashes or control characters, and must not be '.' or '..'.");
  }
}

/** Which folders there are is the engine host's affair; what climbs out of one is nobody's adapter. Throws `InvalidUserInputError`. */
export function checkAdapterPath(path: string): void {
  if (path.length > MAX_PATH_LENGTH) refuse(`'lora_path' must have at most ${MAX_PATH_LENGTH} characters.`);
  if (CONTROL.test(path) || path.split(/[/\\]/).includes('..')) {
    refuse("'lora_path' must not contain '..' segments or control characters.");
  }
}

function refuse(message: string): never {
  throw new InvalidUserInputError(message);
}
