import type { RouteTable } from './route-table.js';
import type { RouteScope } from './scope.decorator.js';

export interface UnroutedRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  /** `http` or `https`. */
  readonly protocol: string;
  /** Checked `Host`. */
  readonly host: string;
  /** Routes of other scopes do not exist for it. */
  readonly isShown: (scope: RouteScope) => boolean;
  /** Of the path, towards the client. */
  readonly prefix: string;
}

export interface UnroutedAnswer {
  readonly status: 307 | 404 | 405;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; undefined = empty. */
  readonly body: { readonly detail: string } | undefined;
}

/** What a request that no route takes is told: a redirect without its trailing slash, the methods there are, or nothing found (§1.6). */
export function toUnroutedAnswer(table: RouteTable, request: UnroutedRequest): UnroutedAnswer {
  const { method, url, protocol, host, prefix, isShown } = request;
  const [path = '', ...query] = url.split('?');
  const methods = table.methodsOf(path, isShown);
  if (methods.length > 0 && !methods.includes(method)) {
    return { status: 405, headers: { allow: methods.join(', ') }, body: { detail: 'Method Not Allowed' } };
  }
  const withoutSlash = path.endsWith('/') ? path.slice(0, -1) : path;
  if (withoutSlash !== path && table.methodsOf(withoutSlash, isShown).length > 0) {
    const search = query.length > 0 ? `?${query.join('?')}` : '';
    return {
      status: 307,
      headers: { location: `${protocol}://${host}${prefix}${withoutSlash}${search}` },
      body: undefined,
    };
  }
  return { status: 404, headers: {}, body: { detail: 'Not Found' } };
}
