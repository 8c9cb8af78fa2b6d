import { parseArgv } from './parse-argv.js';
import { toHelpText } from './to-help-text.js';

/** The help text when the arguments ask for it, whatever else they say. */
export function helpRequest(argv: readonly string[], width?: number): string | undefined {
  const { help } = parseArgv(argv);
  return help === undefined ? undefined : toHelpText(help, width);
}
