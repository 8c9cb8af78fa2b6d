import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * What an operator puts around every request: Nest's and Express's form, over Node's own request and response. It answers by itself, or calls `next`
 * to let the request on; `next(error)`, a throw and a rejection are one.
 */
export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => unknown;

export interface MiddlewareOutcome {
  /** Nobody has answered: the request goes on. */
  readonly letOn: () => void;
  /** Called once at most for each of them, even when the request has gone on or was answered already. */
  readonly failed: (error: unknown) => void;
}

/** Runs one after the other, each when the one before has called `next`. What is called twice counts once. */
export function runMiddleware(
  chain: readonly Middleware[],
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { letOn, failed }: MiddlewareOutcome,
): void {
  step(0);

  function step(index: number): void {
    // One that has answered and calls `next` all the same has answered.
    if (response.headersSent || response.writableEnded) return;
    if (index === chain.length) {
      letOn();
      return;
    }
    let hasSpoken = false;
    const next = (error?: unknown): void => {
      if (hasSpoken) return;
      hasSpoken = true;
      if (error === undefined || error === null) step(index + 1);
      else failed(error);
    };
    const fail = (error: unknown): void => {
      hasSpoken = true;
      failed(error);
    };
    try {
      const result = chain[index](request, response, next);
      if (result instanceof Promise) result.catch(fail);
    } catch (error) {
      fail(error);
    }
  }
}
