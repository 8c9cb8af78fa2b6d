/** Hands a request on, as it is or another in its place, and resolves with the answer. */
export type Next = (request?: Request) => Promise<Response>;

/**
 * Code that stands around a route, in the terms of the Fetch standard: `next` is the server behind it. What it returns is the answer: a `Response`,
 * text, nothing, or a value that goes out as JSON.
 */
export type FetchMiddleware = (request: Request, next: Next) => unknown;

/** One middleware of many, the first outermost; undefined for none. */
export function compose(middlewares: readonly (FetchMiddleware | undefined)[]): FetchMiddleware | undefined {
  const present = middlewares.filter((middleware) => middleware !== undefined);
  if (present.length === 0) return undefined;
  return present.reduceRight((inner, outer) => (request, next) => outer(request, nextOf(inner, request, next)));
}

/** Runs a middleware, whatever it returns or throws. */
export async function run(middleware: FetchMiddleware, request: Request, next: Next): Promise<Response> {
  return toResponse(await middleware(request, next));
}

function nextOf(inner: FetchMiddleware, request: Request, next: Next): Next {
  return (changed = request) => run(inner, changed, (again = changed) => next(again));
}

function toResponse(value: unknown): Response {
  if (value instanceof Response) return value;
  if (value === undefined || value === null) return new Response();
  return typeof value === 'string' ? new Response(value) : Response.json(value);
}
