import { parameterSchema, toTypedJson } from '../schema-typing.js';
import { jsonItems, jsonMembers, memberOf, toJsonString } from '../json-text.js';
import type { OfferedFunction } from '../../tool/tool-parser.js';
import { toContentParser } from './content-parsers.js';
import type { ContentParser } from './content-parsers.js';

/** A call as a template describes it; `arguments`: JSON text. */
export interface TemplateCall {
  readonly name: string;
  readonly arguments: string;
  /** The text ended inside of an argument. */
  readonly unfinished: boolean;
}

const PLACEHOLDER = /^\{(\w+(?:\.\w+)*)\}$/;
const PART_PLACEHOLDER = /\{\w+(?:\.\w+)*\}/;
/** Templates nested deeper than this are refused. */
const MAX_DEPTH = 32;

type Scope = Readonly<Record<string, string>>;

/** How the calls of a region are made of its text, by the `content`, `content_args` and `transform` of a template. */
export class RegionContent {
  constructor(
    private readonly parse: ContentParser,
    private readonly transform: unknown,
    private readonly each: boolean,
  ) {}

  /** `captures`: named groups of the opener. Undefined: the region holds no calls that are whole. */
  toCalls(
    body: string,
    captures: Readonly<Record<string, string>>,
    tools: readonly OfferedFunction[],
  ): readonly TemplateCall[] | undefined {
    const value = this.parse(body);
    const json = value && this.reshape(value.json, captures);
    if (json === undefined) return undefined;
    const calls = (jsonItems(json) ?? [json]).map((item) => toCall(item, tools));
    if (calls.some((call) => call === undefined)) return undefined;
    return calls.flatMap((call) => (call ? [{ ...call, unfinished: value?.unfinished === true }] : []));
  }

  private reshape(json: string, captures: Readonly<Record<string, string>>): string | undefined {
    if (this.transform === undefined) return json;
    const scope = Object.fromEntries(Object.entries(captures).map(([name, text]) => [name, toJsonString(text)]));
    if (!this.each) return fill(this.transform, { ...scope, content: json });
    const items = jsonItems(json)?.map((item) => {
      const members = jsonMembers(item);
      return members && fill(this.transform, { ...scope, ...Object.fromEntries(members) });
    });
    return items && !items.includes(undefined) ? `[${items.join(', ')}]` : undefined;
  }
}

/** Throws `SyntaxError` for what a field of a template cannot say. */
export function toRegionContent(field: unknown): RegionContent {
  const transform = memberOf(field, 'transform');
  const each = memberOf(field, 'transform_each') === true;
  if (each && transform === undefined) throw new SyntaxError('"transform_each" needs a "transform"');
  if (memberOf(field, 'join') !== undefined) throw new SyntaxError('calls cannot be joined');
  checkTransform(transform, 0);
  const parse = toContentParser(memberOf(field, 'content') ?? 'text', memberOf(field, 'content_args'));
  return new RegionContent(parse, transform, each);
}

function checkTransform(transform: unknown, depth: number): void {
  if (depth > MAX_DEPTH) throw new SyntaxError('"transform" is nested too deeply');
  if (typeof transform === 'string' && PART_PLACEHOLDER.test(transform) && !PLACEHOLDER.test(transform)) {
    throw new SyntaxError(`"transform" mixes a placeholder with text: ${transform}`);
  }
  if (typeof transform !== 'object' || transform === null) return;
  for (const part of Object.values(transform)) checkTransform(part, depth + 1);
}

/** The transform with its placeholders filled in, as JSON text; undefined: something is not there. */
function fill(transform: unknown, scope: Scope): string | undefined {
  if (typeof transform === 'string') return fillText(transform, scope);
  if (typeof transform !== 'object' || transform === null) return JSON.stringify(transform);
  if (Array.isArray(transform)) {
    const items = transform.map((item) => fill(item, scope));
    return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
  }
  const members = Object.entries(transform).map(([name, part]) => [name, fill(part, scope)] as const);
  if (members.some(([, json]) => json === undefined)) return undefined;
  return `{${members.map(([name, json]) => `${toJsonString(name)}: ${json}`).join(', ')}}`;
}

function fillText(text: string, scope: Scope): string | undefined {
  const path = PLACEHOLDER.exec(text)?.at(1);
  if (path === undefined) return toJsonString(text);
  const [root, ...keys] = path.split('.');
  const value = Object.hasOwn(scope, root) ? scope[root] : undefined;
  return keys.reduce<string | undefined>((json, key) => (json === undefined ? json : jsonMember(json, key)), value);
}

/** A member of a JSON object; of two with one name the later one. */
function jsonMember(json: string, name: string): string | undefined {
  return jsonMembers(json)?.findLast(([key]) => key === name)?.[1];
}

function toCall(json: string, tools: readonly OfferedFunction[]): Omit<TemplateCall, 'unfinished'> | undefined {
  const called = jsonMember(json, 'function');
  const name = called && toText(jsonMember(called, 'name'));
  const argumentsJson = called && jsonMember(called, 'arguments');
  if (!name || argumentsJson === undefined || argumentsJson === 'null') return undefined;
  return { name, arguments: toText(argumentsJson) ?? typedArguments(argumentsJson, name, tools) };
}

/** Arguments that are texts become what the schema says. */
function typedArguments(json: string, name: string, tools: readonly OfferedFunction[]): string {
  const members = jsonMembers(json)?.map(([key, value]) => {
    const schema = parameterSchema(tools, name, key);
    const text = schema === undefined ? undefined : toText(value);
    return `${toJsonString(key)}: ${text === undefined ? value : toTypedJson(text, schema)}`;
  });
  return members ? `{${members.join(', ')}}` : json;
}

/** The text of a JSON string; undefined: it is none. */
function toText(json: string | undefined): string | undefined {
  return json?.startsWith('"') ? (JSON.parse(json) as string) : undefined;
}
