import { BadRequestException } from '@nestjs/common';
import { isObject } from '@server/http/validation/index';

/** A call of one method of every worker. */
export interface WorkerCall {
  readonly method: string;
  /** Seconds; null: none. */
  readonly timeout: number | null;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** They end the workers, or answer with what has no form on the wire, which leaves the engine mute (engine protocol §7). */
const CLOSED_METHODS: ReadonlySet<string> = new Set(['shutdown', 'get_model']);
const MAX_METHOD_LENGTH = 256;

/** Throws `BadRequestException`. Only public methods are called: the names with an underscore in front are Python's and the workers' own. */
export function toWorkerCall(body: unknown): WorkerCall {
  if (!isObject(body)) throw new BadRequestException('Request body must be a JSON object');
  const { method, timeout = null, args = [], kwargs = {} } = body;
  if (method === undefined || method === null) throw new BadRequestException("Missing 'method' in request body");
  if (typeof method !== 'string' || method.length > MAX_METHOD_LENGTH || !/^[A-Za-z]\w*$/.test(method)) {
    throw new BadRequestException("'method' must be the name of a public method of the workers");
  }
  if (CLOSED_METHODS.has(method)) throw new BadRequestException(`'${method}' cannot be called from here`);
  if (timeout !== null && !(typeof timeout === 'number' && Number.isFinite(timeout) && timeout > 0)) {
    throw new BadRequestException("'timeout' must be a positive number of seconds");
  }
  if (!Array.isArray(args)) throw new BadRequestException("'args' must be a list");
  if (!isObject(kwargs)) throw new BadRequestException("'kwargs' must be an object");
  return { method, timeout, args, kwargs };
}
