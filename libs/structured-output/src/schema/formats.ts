import { parseRegex } from '../regex/parse-regex.js';
import type { Expression } from '../grammar/expression.js';

const DATE = String.raw`\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))`;
const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)`;
const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,14}[A-Za-z0-9])?';
const HOST = `${LABEL}(?:\\.${LABEL}){0,4}`;
const PATH = `(?:/(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*)*`;
const QUERY = `(?:\\?[A-Za-z0-9._~=&-]*)?(?:#[A-Za-z0-9._~-]*)?`;
const POINTER = `(?:/(?:[A-Za-z0-9._-]|~[01])*)*`;

/**
 * `format` by name, as far as vLLM's backend knows them (chat-inputs-and-parsers.md §6.3): texts that are of the format beyond doubt, so not all that its RFC
 * allows: no leap days or seconds, no quoted mail boxes, no raw IPv6 suffixes.
 */
const PATTERNS: Readonly<Record<string, string | undefined>> = {
  date: DATE,
  time: TIME,
  'date-time': `${DATE}T${TIME}`,
  duration: String.raw`P(?:\d{1,3}W|\d{1,4}Y(?:\d{1,2}M(?:\d{1,3}D)?)?|\d{1,2}M(?:\d{1,3}D)?|\d{1,4}D(?:T\d{1,3}H(?:\d{1,3}M)?)?|T(?:\d{1,4}H(?:\d{1,3}M)?|\d{1,4}M(?:\d{1,3}S)?|\d{1,5}S))`,
  ipv4: `${OCTET}(?:\\.${OCTET}){3}`,
  ipv6: '[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}|[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,2}::[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,2}|::1',
  hostname: HOST,
  email: `[A-Za-z0-9_-]{1,32}(?:\\.[A-Za-z0-9_-]{1,32}){0,2}@${LABEL}(?:\\.${LABEL}){1,3}`,
  uuid: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  uri: `[a-z][a-z0-9+.-]{0,15}://${HOST}(?::[1-9]\\d{0,3})?${PATH}${QUERY}`,
  'uri-reference': `(?:[a-z][a-z0-9+.-]{0,15}://${HOST})?(?:/(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+)*${QUERY}`,
  'uri-template': `[a-z]{1,8}://${HOST}(?:/(?:[A-Za-z0-9._~-]+|\\{[A-Za-z0-9_]{1,32}\\}))*`,
  'json-pointer': POINTER,
  'relative-json-pointer': `(?:0|[1-9]\\d{0,3})(?:#|${POINTER})`,
};

const parsed = new Map<string, Expression>();

/** What a text of this format must be; undefined for a format that is not known. */
export function formatExpression(format: string): Expression | undefined {
  const pattern = Object.hasOwn(PATTERNS, format) ? PATTERNS[format] : undefined;
  if (pattern === undefined) return undefined;
  const known = parsed.get(format) ?? parseRegex(pattern);
  parsed.set(format, known);
  return known;
}
