import { nameAttribute } from '../../reading/attribute-markup.js';
import type { Attributes } from '../../reading/attribute-markup.js';
import { jsonMembers, memberOf, respaceJson, toJsonString } from '../../reading/json-text.js';
import type { CallArguments } from '../../reading/parameter-arguments.js';
import { toJsonFromPython } from '../../reading/python-literal.js';
import { TypedArgumentsWriter } from '../../reading/typed-arguments.writer.js';
import type { ValueTyping } from '../../reading/typed-arguments.writer.js';
import { textByType } from '../../reading/value-typings.js';
import type { OfferedFunction } from '../tool-parser.js';

/** Text where the schema says `string`, otherwise JSON, a Python literal, or else text. */
const typing: ValueTyping = {
  isText: textByType.isText,
  toJson: (text) => toLiteral(text) ?? toJsonString(text),
};

/** Parameters around all arguments, in which models put an object of them. */
const WRAPPERS = ['arguments', 'properties'];

/** What the schema has no parameter for is dropped, as is one that comes again. Arguments in a wrapper are taken out of it. */
export class MiniCpm5Arguments implements CallArguments {
  private readonly writer: TypedArgumentsWriter;
  private readonly properties: unknown;
  private readonly seen = new Set<string>();
  private state: 'reads' | 'drops' | 'unwraps' = 'drops';
  private wrapped = '';

  constructor(name: string, tools: readonly OfferedFunction[]) {
    this.writer = new TypedArgumentsWriter(name, tools, typing);
    this.properties = memberOf(tools.find((tool) => tool.name === name)?.parameters, 'properties');
  }

  beginParameter(attributes: Attributes): string {
    const name = nameAttribute(attributes);
    this.wrapped = '';
    if (name !== undefined && this.takes(name)) {
      this.state = 'reads';
      return this.writer.beginValue(name);
    }
    this.state = name !== undefined && WRAPPERS.includes(name) ? 'unwraps' : 'drops';
    return '';
  }

  write(text: string): string {
    if (this.state === 'unwraps') this.wrapped += text;
    return this.state === 'reads' ? this.writer.write(text) : '';
  }

  endParameter(): string {
    if (this.state === 'reads') return this.writer.endValue();
    const members = this.state === 'unwraps' ? (jsonMembers(toLiteral(this.wrapped) ?? '') ?? []) : [];
    return members
      .filter(([name]) => this.takes(name))
      .map(([name, json]) => this.writer.member(name, this.toMember(name, json)))
      .join('');
  }

  end(): string {
    return this.writer.end();
  }

  /** The function has such a parameter, or none at all is known of it; each is taken once. */
  private takes(name: string): boolean {
    const known = Object.keys(this.properties ?? {}).length === 0 || memberOf(this.properties, name) !== undefined;
    if (!known || this.seen.has(name)) return false;
    this.seen.add(name);
    return true;
  }

  /** JSON as it stands, but text where the schema wants some, and what stands in a string otherwise. */
  private toMember(name: string, json: string): string {
    const schema = memberOf(this.properties, name);
    const isString = json.startsWith('"');
    if (typing.isText(schema)) return isString ? json : toJsonString(json);
    return isString ? typing.toJson(JSON.parse(json) as string, schema) : json;
  }
}

function toLiteral(text: string): string | undefined {
  return respaceJson(text) ?? toJsonFromPython(text);
}
