import { InvalidRequestError } from '@app/errors';

const HEADER = 'x-request-timeout-ms';
/** Node's timers take no more: 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The time that a request has, in milliseconds from its arrival: what its `x-request-timeout-ms` says, and never more than `maxMs`.
 * Undefined: as long as it takes. Throws `InvalidRequestError`.
 */
export function toTimeoutMs(header: string | undefined, maxMs = Infinity): number | undefined {
  if (header !== undefined && !/^0*[1-9]\d{0,14}$/.test(header)) {
    throw new InvalidRequestError(`${HEADER} must be a positive integer.`, { param: HEADER, showParam: false });
  }
  const timeoutMs = Math.min(header === undefined ? Infinity : Number(header), maxMs);
  return timeoutMs === Infinity ? undefined : Math.min(timeoutMs, MAX_TIMER_MS);
}
