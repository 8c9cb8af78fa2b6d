import { ServerError } from '@app/errors';
import { ConfigProblemsError } from '@server/config/index';

export interface FailedCommand {
  /** As the user typed it: `aerie serve`. */
  readonly name: string;
  /** Aborted when the end was wanted. */
  readonly signal: AbortSignal;
  /** Where more is said about its arguments. */
  readonly hint?: string | undefined;
}

/** One clear line on standard error, a stack only for what nobody foresaw. Returns the exit code: 2 for a wrong command line. */
export function explain(error: unknown, { name, signal, hint }: FailedCommand): number {
  if (error instanceof ConfigProblemsError) {
    const lines = error.problems.map((problem) => `${name}: ${problem}`);
    process.stderr.write([...lines, ...(hint === undefined ? [] : [hint]), ''].join('\n'));
    return 2;
  }
  if (signal.aborted) {
    process.stderr.write(`${name}: stopped before it was ready\n`);
    return 0;
  }
  const text = error instanceof ServerError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${name}: ${text}\n`);
  return 1;
}
