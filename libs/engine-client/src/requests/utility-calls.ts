import { InternalError, InvalidRequestError, UnavailableError } from '@app/errors';
import type { ServerError } from '@app/errors';
import { toCallError } from '@app/engine-protocol';
import type { UtilityOutput } from '@app/engine-protocol';

/** Longest time a timer of Node can wait. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export interface UtilityCallOptions {
  readonly engine: number;
  readonly method: string;
  readonly timeoutMs: number;
  /** Sends the call with this id. */
  readonly send: (callId: number) => void;
}

interface PendingCall {
  readonly engine: number;
  readonly method: string;
  readonly timer: NodeJS.Timeout;
  resolve(value: unknown): void;
  reject(error: ServerError): void;
}

/** Utility calls that wait for their answer, by call id. Every engine gets its own id, so answers cannot be mixed up. */
export class UtilityCalls {
  private readonly pending = new Map<number, PendingCall>();
  private lastId = 0;

  /** `onFailure` hears the engine's own text, which may quote paths and must not reach a caller. */
  constructor(private readonly onFailure: (engine: number, method: string, text: string) => void) {}

  /** Rejects with `InvalidRequestError` for arguments that have no form on the wire, `FailedCallError` or `UnsupportedError` when the engine refuses, `UnavailableError` when it does not answer in time. */
  call({ engine, method, timeoutMs, send }: UtilityCallOptions): Promise<unknown> {
    const callId = ++this.lastId;
    return new Promise<unknown>((resolve, reject) => {
      const expire = (): void => {
        this.pending.delete(callId);
        reject(new UnavailableError(`The engine did not answer "${method}" within ${timeoutMs} ms.`));
      };
      const timer = setTimeout(expire, Math.min(Math.max(timeoutMs, 0), MAX_TIMEOUT_MS));
      this.pending.set(callId, { engine, method, timer, resolve, reject });
      try {
        send(callId);
      } catch (error) {
        this.pending.delete(callId);
        clearTimeout(timer);
        reject(toSendError(method, error));
      }
    });
  }

  /** Takes an answer. Unknown ids (late answers, other front ends of before) and negative ones (notifications) are ignored. */
  settle({ callId, failureMessage, result }: UtilityOutput): void {
    const call = this.pending.get(Number(callId));
    if (call === undefined) {
      return;
    }
    this.pending.delete(Number(callId));
    clearTimeout(call.timer);
    if (failureMessage === undefined) {
      call.resolve(result);
      return;
    }
    this.onFailure(call.engine, call.method, failureMessage);
    call.reject(toCallError(call.method, failureMessage));
  }

  failAll(error: ServerError): void {
    const calls = [...this.pending.values()];
    this.pending.clear();
    for (const call of calls) {
      clearTimeout(call.timer);
      call.reject(error);
    }
  }
}

/** Integers beyond 64 bits and values that are nested too deeply come from callers; what has no form at all, from us. */
function toSendError(method: string, error: unknown): ServerError {
  return error instanceof RangeError
    ? new InvalidRequestError(`The arguments of "${method}" cannot be sent: ${error.message}.`, { cause: error })
    : new InternalError(`The arguments of "${method}" cannot be sent.`, { cause: error });
}
