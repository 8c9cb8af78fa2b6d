import type { FetchMiddleware } from '@server/http/fetch/fetch-middleware';

/** Gives the request to go on with (nothing: as it is), or the response that ends it. */
export type PreProcess = ((request: Request) => unknown) | undefined;
/** Gives the response to send; nothing: as it is. */
export type PostProcess = ((response: Response) => unknown) | undefined;

/** Both as one; undefined when there is neither. */
export function toMiddleware(pre: PreProcess, post: PostProcess): FetchMiddleware | undefined {
  if (!pre && !post) return undefined;
  return async (request, next) => {
    const changed = (await pre?.(request)) ?? request;
    if (changed instanceof Response) return changed;
    if (!(changed instanceof Request))
      throw new TypeError('the pre-process function gave neither request nor response');
    const response = await next(changed);
    return (await post?.(response)) ?? response;
  };
}
