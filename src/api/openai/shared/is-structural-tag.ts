import { isObject } from '@server/http/validation/index';

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

/** Formats may nest; a deeper one is refused before it costs a stack. */
const MAX_NESTING = 64;

/** Whether a JSON value is a structural tag as the grammar engine reads it, in its present or its older form (chat-inputs-and-parsers.md §6). */
export function isStructuralTag(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { type = 'structural_tag', format, structures, triggers } = value;
  if (type !== 'structural_tag') return false;
  if (format !== undefined) return isFormat(format, 0);
  return isFilledList(isOldTag)(structures) && isFilledList(isText)(triggers);
}

const isText: Check = (value) => typeof value === 'string';
const isSchema: Check = (value) => typeof value === 'boolean' || isObject(value);
const isTokenName: Check = (value) => isText(value) || Number.isInteger(value);
const isFilledList =
  (isItem: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every(isItem);

const isOldTag: Check = (value) =>
  isObject(value) && isText(value.begin) && isText(value.end) && (isText(value.schema) || isSchema(value.schema));

const isToken: Check = (value) => isObject(value) && value.type === 'token' && isTokenName(value.token);

function isFormat(value: unknown, depth: number): boolean {
  if (depth >= MAX_NESTING || !isObject(value) || typeof value.type !== 'string') return false;
  const shape = shapesAt(depth).get(value.type);
  return shape !== undefined && hasShape(value, shape);
}

function hasShape(value: Readonly<Record<string, unknown>>, shape: Shape): boolean {
  return Object.entries(shape).every(([member, check]) => check(value[member]));
}

/** What each kind of format must have; the rest is optional. */
function shapesAt(depth: number): ReadonlyMap<string, Shape> {
  const isInner: Check = (value) => isFormat(value, depth + 1);
  const tag: Shape = {
    begin: (value) => isText(value) || isToken(value),
    content: isInner,
    end: (value) => isText(value) || isFilledList(isText)(value) || isToken(value),
  };
  const tags = isFilledList((value) => isObject(value) && hasShape(value, tag));
  const rules = (isKey: Check): Check =>
    isFilledList((rule) => Array.isArray(rule) && rule.length === 2 && isKey(rule[0]) && isInner(rule[1]));
  return new Map<string, Shape>([
    ['any_text', {}],
    ['any_tokens', {}],
    ['const_string', { value: isText }],
    ['json_schema', { json_schema: isSchema }],
    ['qwen_xml_parameter', { json_schema: isSchema }],
    ['grammar', { grammar: isText }],
    ['regex', { pattern: isText }],
    ['token', { token: isTokenName }],
    ['exclude_token', {}],
    ['sequence', { elements: isFilledList(isInner) }],
    ['or', { elements: isFilledList(isInner) }],
    ['tag', tag],
    ['triggered_tags', { triggers: isFilledList(isText), tags }],
    ['token_triggered_tags', { trigger_tokens: isFilledList(isTokenName), tags }],
    ['tags_with_separator', { tags, separator: isText }],
    ['optional', { content: isInner }],
    ['plus', { content: isInner }],
    ['star', { content: isInner }],
    ['repeat', { min: Number.isInteger, max: Number.isInteger, content: isInner }],
    ['dispatch', { rules: rules(isText) }],
    ['token_dispatch', { rules: rules(isTokenName) }],
  ]);
}
