import { jsonMembers, toJsonString } from '../../reading/json-text.js';
import { parameterSchema, schemaTypes, toTypedJson } from '../../reading/schema-typing.js';
import { TypedArgumentsWriter } from '../../reading/typed-arguments.writer.js';
import type { OfferedFunction } from '../tool-parser.js';

export interface HorizonCall {
  readonly name: string;
  /** JSON text of an object. */
  readonly arguments: string;
}

/** `xml`: keys and values; `xml_typed`: and the type of each; `json`: an object with the name and the arguments. */
export const HORIZON_FORMATS = ['json', 'xml', 'xml_typed'] as const;
export type HorizonFormat = (typeof HORIZON_FORMATS)[number];

export const CALL_OPEN = '<ifm|tool_call>';
export const CALL_CLOSE = '</ifm|tool_call>';

interface Argument {
  readonly key: string;
  readonly type: string | undefined;
  readonly value: string;
}

/** The calls of a group; undefined when anything in it is wrong: then none of them is done. */
export function readHorizonCalls(
  group: string,
  format: HorizonFormat,
  tools: readonly OfferedFunction[],
): HorizonCall[] | undefined {
  const cursor = new Cursor(group);
  const calls: HorizonCall[] = [];
  while (!cursor.atEnd) {
    const body = cursor.between(CALL_OPEN, CALL_CLOSE);
    const call = body === undefined ? undefined : readCall(body, format, tools);
    if (call === undefined) return undefined;
    calls.push(call);
  }
  return calls.length === 0 ? undefined : calls;
}

function readCall(body: string, format: HorizonFormat, tools: readonly OfferedFunction[]): HorizonCall | undefined {
  const call = format === 'json' ? readJsonCall(body, tools) : readTaggedCall(body, format === 'xml_typed', tools);
  const offered = tools.length === 0 || tools.some((tool) => tool.name === call?.name);
  return call && /^\S+$/.test(call.name) && offered ? call : undefined;
}

function readTaggedCall(body: string, typed: boolean, tools: readonly OfferedFunction[]): HorizonCall | undefined {
  const cursor = new Cursor(body);
  const name = cursor.before('<ifm|arg_key>').trim();
  if (/<\/?ifm\|arg_(?:key|type|value)>/.test(name)) return undefined;
  const writer = new TypedArgumentsWriter(name, tools);
  const keys = new Set<string>();
  let json = '';
  while (!cursor.atEnd) {
    const argument = readArgument(cursor);
    if (!argument || keys.has(argument.key) || (typed ? !argument.type : argument.type !== undefined)) return undefined;
    keys.add(argument.key);
    json += writer.member(argument.key, toArgumentJson(argument, parameterSchema(tools, name, argument.key)));
  }
  return { name, arguments: json + writer.end() };
}

function readArgument(cursor: Cursor): Argument | undefined {
  const key = cursor.between('<ifm|arg_key>', '</ifm|arg_key>')?.trim();
  const type = cursor.between('<ifm|arg_type>', '</ifm|arg_type>')?.trim();
  const value = cursor.between('<ifm|arg_value>', '</ifm|arg_value>');
  return key && value !== undefined ? { key, type, value } : undefined;
}

/** The model's type counts where there is no schema, and where the schema allows it among others. */
function toArgumentJson({ type, value }: Argument, schema: unknown): string {
  const own = type?.split('[')[0].trim().toLowerCase();
  const allowed = schemaTypes(schema);
  if (own === undefined) return typedAs([...allowed], value);
  if (schema !== undefined) return typedAs(allowed.has(own) ? [own] : [...allowed], value);
  return own === 'any' ? toJsonString(value) : typedAs([own], value);
}

function typedAs(type: readonly string[], value: string): string {
  return toTypedJson(type.includes('string') ? value : value.trim(), { type });
}

function readJsonCall(body: string, tools: readonly OfferedFunction[]): HorizonCall | undefined {
  const call = new Map(jsonMembers(body));
  const name = toText(call.get('name'));
  const members = jsonMembers(call.get('arguments') ?? '{}');
  if (name === undefined || !members) return undefined;
  const writer = new TypedArgumentsWriter(name, tools);
  const json = members.map(([key, value]) => {
    const schema = parameterSchema(tools, name, key);
    return writer.member(key, schema === undefined ? value : toTypedJson(toText(value) ?? value, schema));
  });
  return { name, arguments: json.join('') + writer.end() };
}

/** The text that JSON text stands for; undefined: it is no string. */
function toText(json: string | undefined): string | undefined {
  return json?.startsWith('"') ? (JSON.parse(json) as string) : undefined;
}

/** A place in a text, with nothing but white space between the parts that are read. */
class Cursor {
  private position = 0;

  constructor(private readonly text: string) {}

  get atEnd(): boolean {
    this.skipBlank();
    return this.position === this.text.length;
  }

  /** All up to the marker, or to the end. */
  before(marker: string): string {
    const found = this.text.indexOf(marker, this.position);
    const start = this.position;
    this.position = found < 0 ? this.text.length : found;
    return this.text.slice(start, this.position);
  }

  /** What stands between two markers, if the first stands here. */
  between(open: string, close: string): string | undefined {
    this.skipBlank();
    if (!this.text.startsWith(open, this.position)) return undefined;
    const start = this.position + open.length;
    const end = this.text.indexOf(close, start);
    if (end < 0) return undefined;
    this.position = end + close.length;
    return this.text.slice(start, end);
  }

  private skipBlank(): void {
    while (/\s/.test(this.text.charAt(this.position))) this.position += 1;
  }
}
