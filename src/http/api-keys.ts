import { createHash, timingSafeEqual } from 'node:crypto';
import { KEY_SCOPES } from './scope.decorator.js';
import type { KeyScope } from './scope.decorator.js';

export interface ApiKey {
  /** For log lines; the key itself is nowhere. */
  readonly name: string;
  /** SHA-256 of the key. */
  readonly digest: Buffer;
  readonly scopes: ReadonlySet<KeyScope>;
  /** Milliseconds since the epoch; undefined = never. */
  readonly expiresAt?: number | undefined;
}

/** The keys that open the server, kept as digests. */
export class ApiKeys {
  private readonly plain: readonly ApiKey[];

  /** `plain`: keys with every scope; empty ones are dropped. `listed`: those of a keys file, undefined without one. */
  constructor(
    plain: readonly string[],
    private listed?: readonly ApiKey[],
  ) {
    this.plain = plain
      .filter((key) => key !== '')
      .map((key, index) => ({ name: `api-key-${index + 1}`, digest: digest(key), scopes: new Set(KEY_SCOPES) }));
  }

  /** False: no key was configured, every request passes. A keys file without keys lets nobody in. */
  get required(): boolean {
    return this.plain.length > 0 || this.listed !== undefined;
  }

  /** What the keys file says now. Requests that run go on, whatever becomes of their keys. */
  replaceListed(keys: readonly ApiKey[]): void {
    this.listed = keys;
  }

  /** The key that this is, unless it has expired. Every key is compared, each in constant time: how long this takes says nothing about the keys. */
  find(token: string): ApiKey | undefined {
    const candidate = digest(token);
    const [found] = [...this.plain, ...(this.listed ?? [])].filter((key) => timingSafeEqual(candidate, key.digest));
    return found?.expiresAt !== undefined && found.expiresAt <= Date.now() ? undefined : found;
  }
}

/** The token of an `Authorization` header; the scheme in any case, the rest untrimmed. Undefined for other schemes. */
export function bearerToken(authorization: string | undefined): string | undefined {
  const space = authorization?.indexOf(' ') ?? -1;
  if (authorization === undefined || space < 0 || authorization.slice(0, space).toLowerCase() !== 'bearer') {
    return undefined;
  }
  return authorization.slice(space + 1);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
