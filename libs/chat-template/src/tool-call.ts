import { InvalidRequestError } from '@app/errors';

/** A call in a conversation's history, as the client sent it. */
export interface SentToolCall {
  readonly id?: unknown;
  readonly function: Readonly<Record<string, unknown>>;
  /** Keys beside of `id`, `type` and `function`. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** @throws InvalidRequestError for what is no call of a function */
export function mustBeToolCall(call: unknown): SentToolCall {
  if (!isObject(call)) {
    throw new InvalidRequestError('assistant tool_calls entries must be objects.', { param: 'tool_calls' });
  }
  const { id, type, function: called, ...extra } = call;
  if ((type !== undefined && type !== null && type !== 'function') || !isObject(called)) {
    throw new InvalidRequestError("chat completions only support assistant tool_calls of type 'function'.", {
      param: 'tool_calls',
    });
  }
  return { id, function: called, extra };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
