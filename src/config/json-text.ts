import { OptionValueError, toHumanInteger } from './human-integer.js';

/** Deeper than any setting; what walks configuration may recurse. */
const MAX_DEPTH = 32;

/** A number with a suffix, outside of strings: strings match first. */
const SUFFIXED = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?[kmgtKMGT]\b/g;

/** A JSON text of the command line, whose numbers may have suffixes (`{"a": 8k}`); undefined when it is none. Throws `OptionValueError`. */
export function parseJsonText(text: string): unknown {
  const value = parse(text) ?? parse(text.replace(SUFFIXED, withoutSuffix));
  if (isDeeperThan(MAX_DEPTH, value)) throw new OptionValueError(`nested deeper than ${MAX_DEPTH} levels`);
  return value;
}

/**
 * `{"a":{"b":1}}` from the path `a.b` and the text `1`, merged into the object that is there; a path that ends with `+` appends to a list.
 * What is there and is no object comes back as it is. Throws `OptionValueError`.
 */
export function withDottedValue(known: string | undefined, path: string, text: string): string {
  const root = known === undefined ? {} : parseJsonText(known);
  if (known !== undefined && !isObject(root)) return known;
  const appends = path.endsWith('+');
  const keys = (appends ? path.slice(0, -1) : path).split('.');
  if (keys.length > MAX_DEPTH) throw new OptionValueError(`nested deeper than ${MAX_DEPTH} levels`);
  let owner = root as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) {
    const next = own(owner, key);
    const child = isObject(next) ? next : {};
    define(owner, key, child);
    owner = child;
  }
  const last = keys.at(-1) ?? '';
  define(owner, last, appends ? [...listOf(own(owner, last)), ...text.split(',').map(toValue)] : toValue(text));
  return JSON.stringify(root);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function withoutSuffix(token: string): string {
  if (token.startsWith('"')) return token;
  try {
    return String(toHumanInteger(token));
  } catch {
    return token;
  }
}

function toValue(text: string): unknown {
  const value = parseJsonText(text);
  return value === undefined ? text : value;
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function own(owner: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(owner, key) ? owner[key] : undefined;
}

/** Any key, `__proto__` too, as JSON.parse sets it. */
function define(owner: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(owner, key, { value, enumerable: true, writable: true, configurable: true });
}
