/**
 * A request target without the prefix of a proxy that did not take it off, as ASGI's `root_path` (errors-auth-middleware.md §4): `/api/v1/models` → `/v1/models`
 * under `/api`, but `/apis` as it is. `rootPath` begins with `/` and does not end with it, or is empty.
 */
export function withoutRootPath(url: string, rootPath: string): string {
  if (rootPath === '' || !url.startsWith(rootPath)) return url;
  const rest = url.slice(rootPath.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : url;
}
