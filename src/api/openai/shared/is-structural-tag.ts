import { isObject } from '@server/http/validation/index';

/** `depth`: how deep the value stands. */
type Check = (value: unknown, depth: number) => boolean;
type Shape = Readonly<Record<string, Check>>;

/** A deeper format is refused before it costs a stack. */
const MAX_NESTING = 64;

/** Whether a JSON value is a structural tag as the grammar engine reads it, in its present or its older form (chat-inputs-and-parsers.md §6). */
export function isStructuralTag(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { type = 'structural_tag', format, structures, triggers } = value;
  if (type !== 'structural_tag') return false;
  if (format !== undefined) return isFormat(format, 0);
  return some(isOldTag)(structures, 0) && some(isText)(triggers, 0);
}

const isText: Check = (value) => typeof value === 'string';
const isInteger: Check = (value) => Number.isInteger(value);
const isSchema: Check = (value) => typeof value === 'boolean' || isObject(value);

const either =
  (...checks: readonly Check[]): Check =>
  (value, depth) =>
    checks.some((check) => check(value, depth));

/** A list of at least one. */
const some =
  (isItem: Check): Check =>
  (value, depth) =>
    Array.isArray(value) && value.length > 0 && value.every((item) => isItem(item, depth));

const has =
  (shape: Shape): Check =>
  (value, depth) =>
    isObject(value) && Object.entries(shape).every(([member, check]) => check(value[member], depth));

const isFormat: Check = (value, depth) => {
  if (depth >= MAX_NESTING || !isObject(value)) return false;
  const shape = FORMATS.get(value.type);
  return shape !== undefined && has(shape)(value, depth + 1);
};

const isToken: Check = either(isText, isInteger);
const isTokenFormat: Check = has({ type: (value) => value === 'token', token: isToken });
const isOldTag: Check = has({ begin: isText, schema: either(isText, isSchema), end: isText });

const TAG: Shape = {
  begin: either(isText, isTokenFormat),
  content: isFormat,
  end: either(isText, some(isText), isTokenFormat),
};

/** `[key, format]` pairs. */
const rules = (isKey: Check): Check =>
  some((rule, depth) => Array.isArray(rule) && rule.length === 2 && isKey(rule[0], depth) && isFormat(rule[1], depth));

/** What each type of format must have; the rest is optional. */
const FORMATS: ReadonlyMap<unknown, Shape> = new Map<unknown, Shape>([
  ['any_text', {}],
  ['any_tokens', {}],
  ['exclude_token', {}],
  ['token', { token: isToken }],
  ['const_string', { value: isText }],
  ['json_schema', { json_schema: isSchema }],
  ['qwen_xml_parameter', { json_schema: isSchema }],
  ['grammar', { grammar: isText }],
  ['regex', { pattern: isText }],
  ['sequence', { elements: some(isFormat) }],
  ['or', { elements: some(isFormat) }],
  ['optional', { content: isFormat }],
  ['plus', { content: isFormat }],
  ['star', { content: isFormat }],
  ['repeat', { min: isInteger, max: isInteger, content: isFormat }],
  ['tag', TAG],
  ['triggered_tags', { triggers: some(isText), tags: some(has(TAG)) }],
  ['token_triggered_tags', { trigger_tokens: some(isToken), tags: some(has(TAG)) }],
  ['tags_with_separator', { tags: some(has(TAG)), separator: isText }],
  ['dispatch', { rules: rules(isText) }],
  ['token_dispatch', { rules: rules(isToken) }],
]);
