import { memberOf, respaceJson, toJsonString } from '../json-text.js';
import { findMatches } from '../linear-pattern/find-matches.js';
import { PatternProgram } from '../linear-pattern/pattern.program.js';
import { parsePattern } from '../linear-pattern/pattern.syntax.js';

/** What a region holds. */
export interface RegionValue {
  /** As JSON text. */
  readonly json: string;
  /** Something was begun that is not in the value. */
  readonly unfinished?: boolean;
}

/** Gives undefined for text that it cannot read. */
export type ContentParser = (text: string) => RegionValue | undefined;

/** How a template reads the content of its regions, by name. Each takes the template's `content_args`, and throws `SyntaxError` for wrong ones. */
const PARSERS: Readonly<Record<string, (args: unknown) => ContentParser>> = {
  text: (args) => (text) => ({ json: toJsonString(trimmed(text, args)) }),
  int: () => (text) =>
    toValue(/^[+-]?\d+$/.test(text.trim()) ? BigInt(text.trim().replace(/^\+/, '')).toString() : undefined),
  float: () => (text) => toValue(respaceJson(text)),
  bool: () => (text) => ({ json: String(['true', '1'].includes(text.trim().toLowerCase())) }),
  json: jsonParser,
  'xml-inline': inlineTagParser,
  'kv-lines': lineParser,
};

export function toContentParser(name: unknown, args: unknown): ContentParser {
  if (typeof name !== 'string' || !Object.hasOwn(PARSERS, name)) {
    throw new SyntaxError(`"content" must be one of ${Object.keys(PARSERS).join(', ')}`);
  }
  return PARSERS[name](args ?? {});
}

function toValue(json: string | undefined): RegionValue | undefined {
  return json === undefined ? undefined : { json };
}

function trimmed(text: string, args: unknown): string {
  return memberOf(args, 'strip') === false ? text : text.trim();
}

/** JSON, or a dialect of it: texts between marks of their own, names without quotation marks. */
function jsonParser(args: unknown): ContentParser {
  const delimiters = toDelimiters(memberOf(args, 'string_delims') ?? []);
  const bareKeys = memberOf(args, 'unquoted_keys') === true;
  const allowsText = memberOf(args, 'allow_non_json') === true;
  return (text) => {
    const json = respaceJson(toStandardJson(text, delimiters, bareKeys));
    return toValue(json ?? (allowsText ? toJsonString(text.trim()) : undefined));
  };
}

type Delimiters = readonly (readonly [open: string, close: string])[];

function toDelimiters(source: unknown): Delimiters {
  const pairs: readonly unknown[] = Array.isArray(source) ? source : [];
  return pairs.map((pair) => {
    const marks: readonly unknown[] = Array.isArray(pair) ? pair : [];
    const [open, close] = marks;
    if (typeof open !== 'string' || typeof close !== 'string' || open === '' || close === '') {
      throw new SyntaxError('"string_delims" must be pairs of texts');
    }
    return [open, close];
  });
}

/** Every mark that opens a text is looked for once more only when the one before it was passed. */
function toStandardJson(text: string, delimiters: Delimiters, bareKeys: boolean): string {
  const pieces: string[] = [];
  const outside = (piece: string) => (bareKeys ? piece.replace(/([{,])([\p{L}\p{N}_]+):/gu, '$1"$2":') : piece);
  const unclosed = new Set<string>();
  let at = 0;
  for (;;) {
    const next = nextDelimiter(text, at, delimiters, unclosed);
    if (!next) return [...pieces, outside(text.slice(at))].join('');
    const { open, close, start } = next;
    const end = text.indexOf(close, start + open.length);
    if (end < 0) {
      unclosed.add(open);
      continue;
    }
    pieces.push(outside(text.slice(at, start)), toJsonString(text.slice(start + open.length, end)));
    at = end + close.length;
  }
}

function nextDelimiter(text: string, at: number, delimiters: Delimiters, unclosed: ReadonlySet<string>) {
  return delimiters
    .filter(([open]) => !unclosed.has(open))
    .map(([open, close]) => ({ open, close, start: text.indexOf(open, at) }))
    .filter(({ start }) => start >= 0)
    .sort((a, b) => a.start - b.start)
    .at(0);
}

/** Tags side by side, each a name and a value. */
function inlineTagParser(args: unknown): ContentParser {
  const pattern = memberOf(args, 'tag_pattern');
  if (typeof pattern !== 'string') throw new SyntaxError('"xml-inline" needs the argument "tag_pattern"');
  const program = new PatternProgram([parsePattern(pattern)]);
  if (!program.groups.includes('key')) throw new SyntaxError('"tag_pattern" needs a group "key"');
  const toMember = memberParser(args);
  const merges = memberOf(args, 'merge_duplicates') === true;
  return (text) => {
    const members = new Map<string, string[]>();
    let end = 0;
    for (const match of findMatches(program, text)) {
      const { key = [0, 0], value = [0, 0] } = match.groups as Partial<typeof match.groups>;
      const json = toMember(text.slice(...value));
      if (json === undefined) return undefined;
      const name = text.slice(...key);
      members.set(name, [...(merges ? (members.get(name) ?? []) : []), json]);
      end = match.end;
    }
    return { json: toObject(members), unfinished: text.slice(end).trim() !== '' };
  };
}

/** One name and value per line. */
function lineParser(args: unknown): ContentParser {
  const lineEnd = textArgument(args, 'line_sep', '\n');
  const separator = textArgument(args, 'kv_sep', ':');
  const toMember = memberParser(args);
  return (text) => {
    const members = new Map<string, string[]>();
    for (const line of text.split(lineEnd)) {
      const at = line.indexOf(separator);
      if (at < 0) continue;
      const json = toMember(trimmed(line.slice(at + separator.length), args));
      if (json === undefined) return undefined;
      members.set(trimmed(line.slice(0, at), args), [json]);
    }
    return { json: toObject(members) };
  };
}

/** Values are texts, or what another parser makes of them. */
function memberParser(args: unknown): (text: string) => string | undefined {
  const inner = memberOf(args, 'value_parser');
  if (inner === undefined) return toJsonString;
  const parse = toContentParser(memberOf(inner, 'name') ?? 'text', memberOf(inner, 'args'));
  return (text) => parse(text)?.json;
}

function toObject(members: ReadonlyMap<string, readonly string[]>): string {
  const texts = [...members].map(([name, values]) => {
    return `${toJsonString(name)}: ${values.length === 1 ? values[0] : `[${values.join(', ')}]`}`;
  });
  return `{${texts.join(', ')}}`;
}

function textArgument(args: unknown, name: string, usual: string): string {
  const value = memberOf(args, name) ?? usual;
  if (typeof value !== 'string' || value === '') throw new SyntaxError(`"${name}" must be a text`);
  return value;
}
