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

type Scope = Readonly<Record<string, JsonValue>>;

/** A JSON text whose members are read once. */
class JsonValue {
  private members: ReadonlyMap<string, JsonValue> | undefined;

  constructor(readonly json: string) {}

  /** Undefined: there is none. Of two with one name it is the later one. */
  member(name: string): JsonValue | undefined {
    this.members ??= new Map(jsonMembers(this.json)?.map(([key, json]) => [key, new JsonValue(json)]));
    return this.members.get(name);
  }

  /** Undefined: it is no array. */
  items(): JsonValue[] | undefined {
    return this.json.startsWith('[') ? jsonItems(this.json)?.map((json) => new JsonValue(json)) : undefined;
  }
}

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
    const shaped = value && this.reshape(new JsonValue(value.json), captures);
    if (!shaped) return undefined;
    const calls = shaped.map((place) => toCall(place, tools));
    if (calls.some((call) => call === undefined)) return undefined;
    return calls.flatMap((call) => (call ? [{ ...call, unfinished: value.unfinished === true }] : []));
  }

  /** What describes each call. */
  private reshape(content: JsonValue, captures: Readonly<Record<string, string>>): Place[] | undefined {
    const { transform } = this;
    const scope = Object.fromEntries(
      Object.entries(captures).map(([name, text]) => [name, new JsonValue(toJsonString(text))]),
    );
    if (this.each) {
      return content.items()?.map((item) => (path) => {
        const members = jsonMembers(item.json)?.map(([name, json]) => [name, new JsonValue(json)] as const);
        return members && look(transform, path, { ...scope, ...Object.fromEntries(members) });
      });
    }
    const all = { ...scope, content };
    if (Array.isArray(transform)) return transform.map((part: unknown) => (path) => look(part, path, all));
    if (typeof transform === 'object' && transform !== null) return [(path) => look(transform, path, all)];
    const whole = transform === undefined ? content : look(transform, [], all);
    return whole && (whole.items() ?? [whole]).map((item) => (path) => descend(item, path));
  }
}

/** Gives what stands at a path of a value. */
type Place = (path: readonly string[]) => JsonValue | undefined;

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

/** What stands at a path of the transform when its placeholders are filled in; undefined: something is not there. */
function look(transform: unknown, path: readonly string[], scope: Scope): JsonValue | undefined {
  const [name, ...rest] = path;
  if (typeof transform === 'string') {
    const placeholder = PLACEHOLDER.exec(transform)?.at(1);
    if (placeholder === undefined) return descend(new JsonValue(toJsonString(transform)), path);
    const [root, ...keys] = placeholder.split('.');
    return Object.hasOwn(scope, root) ? descend(scope[root], [...keys, ...path]) : undefined;
  }
  if (path.length > 0)
    return memberOf(transform, name) === undefined ? undefined : look(memberOf(transform, name), rest, scope);
  if (typeof transform !== 'object' || transform === null) return new JsonValue(JSON.stringify(transform));
  const parts = Object.entries(transform).map(([key, part]) => [key, look(part, [], scope)?.json] as const);
  if (parts.some(([, json]) => json === undefined)) return undefined;
  if (Array.isArray(transform)) return new JsonValue(`[${parts.map(([, json]) => json).join(', ')}]`);
  return new JsonValue(`{${parts.map(([key, json]) => `${toJsonString(key)}: ${json}`).join(', ')}}`);
}

function descend(value: JsonValue, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((place, name) => place?.member(name), value);
}

function toCall(place: Place, tools: readonly OfferedFunction[]): Omit<TemplateCall, 'unfinished'> | undefined {
  const name = toText(place(['function', 'name'])?.json);
  const json = place(['function', 'arguments'])?.json;
  if (!name || json === undefined || json === 'null') return undefined;
  return { name, arguments: toText(json) ?? typedArguments(json, name, tools) };
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
