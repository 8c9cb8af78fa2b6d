import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { ConfigurationError } from '@app/errors';

type Flags = NonNullable<ParseArgsConfig['options']>;

/** The command line of an engine's process: flags, and words that are none. Throws `ConfigurationError` for a flag that is not known, or lacks its value. */
export function readFlags<const F extends Flags>(args: readonly string[], options: F) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    throw new ConfigurationError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** A flag's whole number; undefined when it is not given. Throws `ConfigurationError` that names the flag. */
export function toWholeNumber(flag: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
    throw new ConfigurationError(`--${flag} must be a whole number of at least ${least}, got "${text}"`);
  }
  return value;
}
