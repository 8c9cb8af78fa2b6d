/** What went wrong, seen from the caller. Only the HTTP layer turns a kind into a status code. */
export type ErrorKind =
  | 'invalid-request'
  | 'invalid-user-input'
  | 'not-found'
  | 'unauthorized'
  | 'permission-denied'
  | 'overloaded'
  | 'unavailable'
  | 'deadline-exceeded'
  | 'unsupported'
  | 'internal';

export interface ServerErrorOptions {
  /** Name of the request field at fault, in wire spelling. */
  readonly param?: string | undefined;
  /** False where the message must not repeat `param`; the wire has such errors. */
  readonly showParam?: boolean | undefined;
  /** The value the field had; shown to the caller, so never a secret. */
  readonly value?: unknown;
  readonly cause?: unknown;
}

/** Base of every error this codebase throws on purpose; anything else is a bug and is reported as one. */
export abstract class ServerError extends Error {
  abstract readonly kind: ErrorKind;
  readonly param: string | undefined;
  readonly showParam: boolean;
  readonly value: unknown;

  constructor(message: string, { param, showParam = true, value, cause }: ServerErrorOptions = {}) {
    super(message, { cause });
    this.name = new.target.name;
    this.param = param;
    this.showParam = showParam;
    this.value = value;
  }
}

/** The caller must change the request. */
export class InvalidRequestError extends ServerError {
  readonly kind = 'invalid-request';
}

/** The same for the management of adapters, which has a name of its own for it on the wire. */
export class InvalidUserInputError extends ServerError {
  readonly kind = 'invalid-user-input';
}

/** The thing the request names is not here. */
export class NotFoundError extends ServerError {
  readonly kind = 'not-found';
}

/** No key, or one that is not ours. */
export class UnauthorizedError extends ServerError {
  readonly kind = 'unauthorized';
}

/** Nobody may do this on this server, or not with this key. */
export class PermissionDeniedError extends ServerError {
  readonly kind = 'permission-denied';
}

/** The server has too much to do; the same request may succeed later. */
export class OverloadedError extends ServerError {
  readonly kind = 'overloaded';
}

/** The engine cannot take this request now (dead, paused, not ready). */
export class UnavailableError extends ServerError {
  readonly kind = 'unavailable';
}

/** The time that the caller or the operator gave the request is over. */
export class DeadlineExceededError extends ServerError {
  readonly kind = 'deadline-exceeded';
}

/** The engine or the model has no such feature. */
export class UnsupportedError extends ServerError {
  readonly kind = 'unsupported';
}

/** A fault of ours. Its message is safe to show. */
export class InternalError extends ServerError {
  readonly kind = 'internal';
}

/** The operator's configuration is wrong; the process says so in one line and ends. */
export class ConfigurationError extends ServerError {
  readonly kind = 'internal';
}
