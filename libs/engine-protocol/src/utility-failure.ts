import { InternalError, UnsupportedError } from '@app/errors';
import type { ServerError } from '@app/errors';

/** Begins the failure text of an engine core of ours that will never run the call; on the wire a failure is a text and no more. */
const UNSUPPORTED = 'not supported: ';

/** What an engine core throws for a call that it will never run. `reason` is shown to whoever asked for it. */
export class UnsupportedCallError extends Error {
  constructor(reason: string) {
    super(`${UNSUPPORTED}${reason}`);
  }
}

/** An engine core refused a call. Its own text may quote paths and code, so that it is no message for callers. */
export class FailedCallError extends InternalError {
  constructor(
    method: string,
    readonly engineText: string,
  ) {
    super(`The engine could not run "${method}".`);
  }
}

/** The failure of a call as the front end throws it: what the engine cannot do is told from what went wrong. */
export function toCallError(method: string, failureMessage: string): ServerError {
  const prefix = `Call to ${method} method failed: `;
  const text = failureMessage.startsWith(prefix) ? failureMessage.slice(prefix.length) : failureMessage;
  if (text.startsWith(UNSUPPORTED)) {
    return new UnsupportedError(`The engine cannot run "${method}": ${text.slice(UNSUPPORTED.length)}.`);
  }
  if (text.endsWith(`object has no attribute '${method}'`)) {
    return new UnsupportedError(`The engine cannot run "${method}": its release lacks it.`);
  }
  return new FailedCallError(method, text);
}
