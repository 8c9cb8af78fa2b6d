import { ApiKeys, bearerToken } from './api-keys.js';

export interface AuthRules {
  readonly apiKeys: readonly string[];
  /** `all`: every route but the three probes. `v1`: vLLM's rule, prefixes of the path. */
  readonly scope: 'all' | 'v1';
  /** Proxy prefix that is not part of the path; only the `v1` rule looks at paths. */
  readonly rootPath: string;
}

export interface AuthRequest {
  readonly method: string;
  /** Template of the route that will answer; undefined when none does. */
  readonly route: string | undefined;
  /** Path as it was sent, without the query. */
  readonly path: string;
  readonly header: (name: string) => string | undefined;
}

/** Routes that probes and load balancers ask without a key. */
const OPEN_ROUTES: ReadonlySet<string> = new Set(['/health', '/ping', '/version']);
const GUARDED_PREFIXES = ['/v1', '/v2', '/inference', '/cohere'];

/**
 * Decides on the route that was matched, never on a URL rebuilt from headers (CVE-2026-48746). What matches no route
 * needs a key too, so that an answer tells nothing about the routes.
 */
export class AuthGuard {
  private readonly keys: ApiKeys;

  constructor(private readonly rules: AuthRules) {
    this.keys = new ApiKeys(rules.apiKeys);
  }

  allows(request: AuthRequest): boolean {
    if (!this.keys.required || request.method === 'OPTIONS' || !this.guards(request)) {
      return true;
    }
    // Anthropic's clients send their key in a header of its own.
    const tokens = [bearerToken(request.header('authorization')), request.header('x-api-key')];
    return tokens.map((token) => token !== undefined && this.keys.accepts(token)).includes(true);
  }

  private guards({ route, path }: AuthRequest): boolean {
    if (this.rules.scope === 'all') {
      return route === undefined || !OPEN_ROUTES.has(route);
    }
    const decoded = route ?? withoutRoot(decodePath(path), this.rules.rootPath);
    return GUARDED_PREFIXES.some((prefix) => decoded.startsWith(prefix));
  }
}

function withoutRoot(path: string, rootPath: string): string {
  return rootPath !== '' && path.startsWith(rootPath) ? path.slice(rootPath.length) : path;
}

/** A path that cannot be decoded reaches no route; it is judged as it stands. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
