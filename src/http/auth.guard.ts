import { bearerToken } from './api-keys.js';
import type { ApiKey, ApiKeys } from './api-keys.js';
import type { KeyScope, RouteScope } from './scope.decorator.js';

export interface AuthRules {
  /** `all`: every route but the open ones. `v1`: vLLM's rule, prefixes of the path. */
  readonly scope: 'all' | 'v1';
}

export interface AuthRequest {
  readonly method: string;
  /** The route that will answer; undefined when none does. */
  readonly route: { readonly path: string; readonly scope: RouteScope } | undefined;
  /** Path as it was sent, without `--root-path` and the query. */
  readonly path: string;
  readonly header: (name: string) => string | undefined;
}

export type AuthDecision =
  /** `keyName`: of the key that opened it; undefined when none was needed. */
  | { readonly type: 'allowed'; readonly keyName?: string | undefined }
  /** No key, or none of ours, or not any more. */
  | { readonly type: 'unauthorized' }
  /** A good key, but not for this. */
  | { readonly type: 'forbidden'; readonly keyName: string; readonly scope: KeyScope };

const GUARDED_PREFIXES = ['/v1', '/v2', '/inference', '/cohere'];

/**
 * Decides on the route that was matched, never on a URL rebuilt from headers (CVE-2026-48746). What matches no route
 * needs a key too, so that an answer tells nothing about the routes.
 */
export class AuthGuard {
  constructor(
    private readonly keys: ApiKeys,
    private readonly rules: AuthRules,
  ) {}

  decide(request: AuthRequest): AuthDecision {
    if (!this.keys.required || request.method === 'OPTIONS' || !this.guards(request)) {
      return { type: 'allowed' };
    }
    const keys = this.keysOf(request);
    const [first] = keys;
    if (first === undefined) {
      return { type: 'unauthorized' };
    }
    const scope = request.route?.scope ?? 'open';
    if (scope === 'open') {
      return { type: 'allowed', keyName: first.name };
    }
    const key = keys.find(({ scopes }) => scopes.has(scope));
    return key ? { type: 'allowed', keyName: key.name } : { type: 'forbidden', keyName: first.name, scope };
  }

  /** Anthropic's clients send their key in a header of its own. */
  private keysOf({ header }: AuthRequest): readonly ApiKey[] {
    return [bearerToken(header('authorization')), header('x-api-key')].flatMap((token) =>
      token === undefined ? [] : (this.keys.find(token) ?? []),
    );
  }

  private guards({ route, path }: AuthRequest): boolean {
    if (this.rules.scope === 'all') {
      return route?.scope !== 'open';
    }
    const decoded = route?.path ?? decodePath(path);
    return GUARDED_PREFIXES.some((prefix) => decoded.startsWith(prefix));
  }
}

/** A path that cannot be decoded reaches no route; it is judged as it stands. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
