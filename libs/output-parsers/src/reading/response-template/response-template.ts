import { ConfigurationError } from '@app/errors';
import { memberOf } from '../json-text.js';
import { PatternProgram } from '../linear-pattern/pattern.program.js';
import { literalPattern, parsePattern } from '../linear-pattern/pattern.syntax.js';
import type { PatternNode } from '../linear-pattern/pattern.syntax.js';
import { toRegionContent } from './region-content.js';
import type { RegionContent } from './region-content.js';

/** The parts of an answer that a server can tell clients of. */
export type FieldName = 'thinking' | 'content' | 'tool_calls';

export interface TemplateField {
  readonly name: FieldName;
  /** What stands in it, of `tool_calls` only. */
  readonly content: RegionContent | undefined;
  readonly repeats: boolean;
  /** Literal openers and closers, as far as they are literal. */
  readonly literals: readonly string[];
  /** What ends it; undefined: the end of the text. */
  readonly closes: PatternProgram | undefined;
}

/** What opens a field, or closes the one that needs no opener. */
export interface Boundary {
  readonly field: TemplateField;
  readonly opens: boolean;
}

/** A model's own description of what it writes (`response_template` of its tokenizer's configuration), ready for reading. */
export interface ResponseTemplate {
  readonly fields: readonly TemplateField[];
  /** Holds what stands in no other; undefined: that is dropped. */
  readonly implicit: TemplateField | undefined;
  /** Looked for where no opened field is read: option `i` is the boundary `boundaries[i]`. */
  readonly opens: PatternProgram;
  readonly boundaries: readonly Boundary[];
  /** What stands in front of an answer in a prompt. */
  readonly anchor: PatternProgram;
}

/** A template that is wrong, or asks for more than can be read while it is written. */
export class ResponseTemplateError extends ConfigurationError {
  constructor(reason: string, cause?: unknown) {
    super(`Invalid response_template metadata: ${reason}`, { cause });
  }
}

const FIELD_NAMES: readonly FieldName[] = ['thinking', 'content', 'tool_calls'];
const TEMPLATE_KEYS = ['version', 'defaults', 'fields', 'start_anchor', 'start_anchor_pattern'];
const FIELD_KEYS = [
  ...['open', 'open_pattern', 'close', 'close_pattern', 'content', 'content_args'],
  ...['repeats', 'join', 'optional', 'transform', 'transform_each'],
];

/** What a field says of its ends. */
interface Anchor {
  readonly patterns: readonly PatternNode[];
  readonly literals: readonly string[];
}

const loaded = new WeakMap<object, ResponseTemplate>();

/** Throws `ConfigurationError` for metadata that is missing, and {@link ResponseTemplateError} for such that cannot be read. */
export function mustLoadResponseTemplate(metadata: unknown): ResponseTemplate {
  if (typeof metadata !== 'object' || metadata === null) {
    throw new ConfigurationError('The hf parser requires `response_template` metadata in the tokenizer configuration');
  }
  let template = loaded.get(metadata);
  if (!template) {
    template = toResponseTemplate(metadata);
    loaded.set(metadata, template);
  }
  return template;
}

function toResponseTemplate(metadata: object): ResponseTemplate {
  checkKeys('response_template', metadata, TEMPLATE_KEYS);
  if ((memberOf(metadata, 'version') ?? 1) !== 1) throw new ResponseTemplateError('version must be 1');
  const defaults = memberOf(metadata, 'defaults') ?? {};
  checkKeys('response_template.defaults', defaults, ['role']);
  const sources = memberOf(metadata, 'fields');
  checkKeys('response_template.fields', sources, FIELD_NAMES);
  const present = FIELD_NAMES.filter((name) => memberOf(sources, name) !== undefined);
  const named = present.map((name) => toField(name, memberOf(sources, name)));
  if (named.length === 0) throw new ResponseTemplateError('fields must not be empty');
  // Where all fields are marked and none is the content, the rest is.
  const needsContent = named.every(({ open, field }) => open !== undefined && field.name !== 'content');
  const all = needsContent ? [...named, toField('content', {})] : named;
  const implicit = all.filter(({ open }) => open === undefined);
  if (implicit.length > 1)
    throw new ResponseTemplateError('at most one field may be without "open" and "open_pattern"');
  const anchor = toAnchor('response_template', metadata, 'start_anchor');
  if (!anchor) throw new ResponseTemplateError('"start_anchor" or "start_anchor_pattern" is missing');
  return {
    fields: all.map(({ field }) => field),
    implicit: implicit.at(0)?.field,
    anchor: compile('start_anchor', anchor.patterns),
    ...toBoundaries(all),
  };
}

interface NamedField {
  readonly field: TemplateField;
  readonly open: Anchor | undefined;
  readonly close: Anchor | undefined;
}

/** Longer literals first, so that of two markers at one place the longer one counts; patterns behind them. */
function toBoundaries(fields: readonly NamedField[]): Pick<ResponseTemplate, 'opens' | 'boundaries'> {
  const all = fields.flatMap(({ field, open, close }) => {
    const anchor = open ?? close;
    return (anchor?.patterns ?? []).map((pattern, i) => ({
      pattern,
      length: anchor?.literals.at(i)?.length ?? 0,
      boundary: { field, opens: open !== undefined },
    }));
  });
  const ordered = all.sort((a, b) => b.length - a.length || Number(b.boundary.opens) - Number(a.boundary.opens));
  return {
    opens: compile(
      'fields',
      ordered.map(({ pattern }) => pattern),
    ),
    boundaries: ordered.map(({ boundary }) => boundary),
  };
}

function toField(name: FieldName, source: unknown): NamedField {
  const scope = `fields.${name}`;
  checkKeys(scope, source, FIELD_KEYS);
  const open = toAnchor(scope, source, 'open');
  const close = toAnchor(scope, source, 'close');
  const plain = (memberOf(source, 'content') ?? 'text') === 'text' && memberOf(source, 'transform') === undefined;
  if (name !== 'tool_calls' && (!plain || memberOf(source, 'join') !== undefined)) {
    throw new ResponseTemplateError(`${scope} can only be text without "transform" and "join"`);
  }
  const field: TemplateField = {
    name,
    content: name === 'tool_calls' ? guarded(scope, () => toRegionContent(source)) : undefined,
    repeats: memberOf(source, 'repeats') === true,
    literals: [...(open?.literals ?? []), ...(close?.literals ?? [])],
    closes: close && compile(scope, close.patterns),
  };
  return { field, open, close };
}

/** A literal, any of several, or a pattern; undefined: none. */
function toAnchor(scope: string, source: unknown, key: string): Anchor | undefined {
  const literal = memberOf(source, key);
  const pattern = memberOf(source, `${key}_pattern`);
  if (literal !== undefined && pattern !== undefined)
    throw new ResponseTemplateError(`${scope} has both "${key}" and "${key}_pattern"`);
  if (pattern !== undefined) {
    if (typeof pattern !== 'string') throw new ResponseTemplateError(`${scope}.${key}_pattern must be a string`);
    return { patterns: [guarded(`${scope}.${key}_pattern`, () => parsePattern(pattern))], literals: [] };
  }
  if (literal === undefined) return undefined;
  const literals: readonly unknown[] = Array.isArray(literal) ? literal : [literal];
  const texts = literals.filter((one): one is string => typeof one === 'string' && one !== '');
  if (texts.length === 0 || texts.length < literals.length)
    throw new ResponseTemplateError(`${scope}.${key} must be a text or several`);
  const longestFirst = [...texts].sort((a, b) => b.length - a.length);
  return { patterns: longestFirst.map(literalPattern), literals: longestFirst };
}

function compile(scope: string, patterns: readonly PatternNode[]): PatternProgram {
  return guarded(scope, () => new PatternProgram(patterns));
}

function guarded<T>(scope: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof SyntaxError) throw new ResponseTemplateError(`${scope}: ${error.message}`, error);
    throw error;
  }
}

function checkKeys(scope: string, source: unknown, allowed: readonly string[]): void {
  if (typeof source !== 'object' || source === null || Array.isArray(source))
    throw new ResponseTemplateError(`${scope} must be an object`);
  const unknown = Object.keys(source).filter((key) => !allowed.includes(key));
  if (unknown.length > 0) throw new ResponseTemplateError(`${scope} has unknown members: ${unknown.join(', ')}`);
}
