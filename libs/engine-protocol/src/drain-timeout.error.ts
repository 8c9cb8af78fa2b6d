import { UnavailableError } from '@app/errors';

/** Requests in flight did not end in time for what had to wait for them; nothing has changed. */
export class DrainTimeoutError extends UnavailableError {
  constructor(readonly timeoutMs: number) {
    super(`Requests are still in flight after ${timeoutMs / 1000} s.`);
  }
}
