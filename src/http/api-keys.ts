import { createHash, timingSafeEqual } from 'node:crypto';

/** The keys that open the server, kept as digests. */
export class ApiKeys {
  private readonly digests: readonly Buffer[];

  /** Empty keys are dropped. */
  constructor(keys: readonly string[]) {
    this.digests = keys.filter((key) => key !== '').map(digest);
  }

  /** False: no key was configured, every request passes. */
  get required(): boolean {
    return this.digests.length > 0;
  }

  /** Every key is compared, each in constant time: how long this takes says nothing about the keys. */
  accepts(token: string): boolean {
    const candidate = digest(token);
    let found = 0;
    for (const key of this.digests) {
      found |= Number(timingSafeEqual(candidate, key));
    }
    return found === 1;
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
