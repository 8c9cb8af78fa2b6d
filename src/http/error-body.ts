import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { ServerError, UnavailableError } from '@app/errors';
import type { ErrorKind } from '@app/errors';
import { pythonText } from '@app/python-text';
import { sanitizeMessage } from './sanitize-message.js';
import { RequestValidationError } from './validation/index.js';

/** The four keys of an OpenAI-style error, in the order of the wire. */
export interface ErrorFacts {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  /** Equals the HTTP status. */
  readonly code: number;
}

export interface ErrorCircumstances {
  /** With a dead engine, "not available" is a fault of the server and the reason stays in the log. */
  readonly engineDead: boolean;
}

/** What the client hears of a failure (errors-auth-middleware.md §1.1). Anything not thrown on purpose says nothing about itself. */
export function toErrorFacts(error: unknown, { engineDead }: ErrorCircumstances): ErrorFacts {
  if (engineDead && error instanceof UnavailableError) {
    const message = 'The server had an error while processing your request.';
    return { message, type: 'InternalServerError', param: null, code: 500 };
  }
  const facts = plainFacts(error);
  return { ...facts, message: sanitizeMessage(facts.message) };
}

/** Seconds. SDKs of OpenAI wait that long, and would wait half a second without it. */
const RETRY_AFTER = '2';

/** What clients are told about asking again; SDKs obey both headers, and ask again after any 5xx without them. */
export function retryHeaders(status: number): Readonly<Record<string, string>> {
  switch (status) {
    case 503:
      return { 'retry-after': RETRY_AFTER };
    case 501:
    case 504:
      return { 'x-should-retry': 'false' };
    default:
      return {};
  }
}

/** `compact`: as JSON.stringify. `spaced`: as Python's `json.dumps`, ASCII only (the completions stream, §1.8). */
export type ErrorJsonForm = 'compact' | 'spaced';

/** `{"error": …}` as text, for an answer or for an event inside a stream. */
export function errorJson({ message, type, param, code }: ErrorFacts, form: ErrorJsonForm = 'compact'): string {
  if (form === 'compact') {
    return JSON.stringify({ error: { message, type, param, code } });
  }
  const entries = Object.entries({ message, type, param, code }).map(([key, value]) => `"${key}": ${ascii(value)}`);
  return `{"error": {${entries.join(', ')}}}`;
}

function plainFacts(error: unknown): ErrorFacts {
  if (error instanceof RequestValidationError) {
    return { message: error.message, type: 'Bad Request', param: error.param ?? null, code: 400 };
  }
  if (error instanceof ServerError) {
    return serverErrorFacts(error);
  }
  if (error instanceof HttpException) {
    const code = error.getStatus();
    return { message: error.message, type: STATUS_CODES[code] ?? 'Error', param: null, code };
  }
  return { message: 'Internal server error', type: 'InternalServerError', param: null, code: 500 };
}

const BY_KIND: Readonly<Record<ErrorKind, { readonly code: number; readonly type: string }>> = {
  'invalid-request': { code: 400, type: 'BadRequestError' },
  'invalid-user-input': { code: 400, type: 'InvalidUserInput' },
  'not-found': { code: 404, type: 'NotFoundError' },
  unauthorized: { code: 401, type: 'Unauthorized' },
  'permission-denied': { code: 403, type: 'PermissionDeniedError' },
  overloaded: { code: 503, type: 'Service Unavailable' },
  unavailable: { code: 503, type: 'ServiceUnavailableError' },
  'deadline-exceeded': { code: 504, type: 'DeadlineExceededError' },
  unsupported: { code: 501, type: 'NotImplementedError' },
  internal: { code: 500, type: 'InternalServerError' },
};

function serverErrorFacts(error: ServerError): ErrorFacts {
  const message = error.kind === 'invalid-request' && error.showParam ? withParameter(error) : error.message;
  return { message, ...BY_KIND[error.kind], param: error.param ?? null };
}

/** ` (parameter=P, value=V)`; each part only when known. */
function withParameter({ message, param, value }: ServerError): string {
  const parts = [
    ...(param === undefined ? [] : [`parameter=${param}`]),
    ...(value === undefined || value === null ? [] : [`value=${pythonText(value)}`]),
  ];
  return parts.length === 0 ? message : `${message} (${parts.join(', ')})`;
}

function ascii(value: string | number | null): string {
  return JSON.stringify(value).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
