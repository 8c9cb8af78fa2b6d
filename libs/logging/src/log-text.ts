/** Characters of a client's text that a line shows when the operator sets no bound. */
const DEFAULT_MAX_LENGTH = 65_536;
/** Longer than a secret that the bound could cut in two. */
const MARGIN = 1_024;
const MASK = '***';

const SECRET_NAMES =
  '[\\w-]{0,64}(?:api[-_]?key|secret|passw(?:or)?d|credentials?|authorization|cookie|(?:access|refresh|auth|hf|id)[-_]?token)';
const SECRET_MEMBER = new RegExp(
  `("${SECRET_NAMES}"\\s*:\\s*)(?:"(?:[^"\\\\]|\\\\.)*(?:"|$)|\\[[^\\]]*(?:\\]|$))`,
  'gis',
);
/** The same in JSON that is a string of other JSON, as the arguments of a tool call are. */
const QUOTED_SECRET_MEMBER = new RegExp(`(\\\\"${SECRET_NAMES}\\\\"\\s*:\\s*)\\\\"[^"]*(?:"|$)`, 'gi');
const BEARER_TOKEN = /\b(bearer\s+)[^\s"']{8,}/gi;
/** Keys that tell what they are by their beginning. */
const KNOWN_KEYS = /\b(?:sk|pk|rk|gsk|xai|hf|ghp|gho|github_pat)[-_][\w-]{12,}/g;

export interface LogTextOptions {
  /** Characters of a text, items of a list. */
  readonly maxLength?: number | undefined;
  /** Never shown, wherever they turn up. */
  readonly secrets?: readonly string[] | undefined;
}

/** What clients send and models write, as a line of a log may show it: keys, tokens and cookies masked, and its beginning only. */
export class LogText {
  private readonly maxLength: number;
  private readonly secrets: readonly string[];

  constructor({ maxLength = DEFAULT_MAX_LENGTH, secrets = [] }: LogTextOptions = {}) {
    this.maxLength = maxLength;
    this.secrets = secrets.filter((secret) => secret !== '');
  }

  of(text: string): string {
    const shown = text.slice(0, this.maxLength + MARGIN);
    const masked = this.secrets
      .reduce((rest, secret) => rest.replaceAll(secret, MASK), shown)
      .replace(SECRET_MEMBER, `$1"${MASK}"`)
      .replace(QUOTED_SECRET_MEMBER, `$1\\"${MASK}\\"`)
      .replace(BEARER_TOKEN, `$1${MASK}`)
      .replace(KNOWN_KEYS, MASK);
    return masked.slice(0, this.maxLength);
  }

  /** JSON of a value of ours, with integers beyond 2^53 as text. */
  ofJson(value: unknown): string {
    return this.of(
      JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? `${member}` : member)),
    );
  }

  /** The beginning of UTF-8 bytes, which may be megabytes. */
  ofBytes(bytes: Buffer): string {
    return this.of(bytes.subarray(0, (this.maxLength + MARGIN) * 4).toString('utf8'));
  }

  ofList<T>(items: readonly T[]): readonly T[] {
    return items.slice(0, this.maxLength);
  }

  /** Whether more of a growing text would be shown. */
  takesMore(length: number): boolean {
    return length < this.maxLength + MARGIN;
  }
}
