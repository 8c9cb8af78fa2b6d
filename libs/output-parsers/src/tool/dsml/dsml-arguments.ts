import type { Attributes } from '../../reading/attribute-markup.js';
import { nameAttribute } from '../../reading/attribute-markup.js';
import { jsonMembers, memberOf, respaceJson, toJsonString } from '../../reading/json-text.js';
import { ParameterArguments } from '../../reading/parameter-arguments.js';
import type { CallArguments, ParameterReading } from '../../reading/parameter-arguments.js';
import { parameterSchema, retypeJson, schemaTypes, toTypedJson } from '../../reading/schema-typing.js';
import { typedBySchema } from '../../reading/typed-arguments.writer.js';
import type { ValueTyping } from '../../reading/typed-arguments.writer.js';
import type { OfferedFunction } from '../tool-parser.js';

/** JSON, or else text, made what the schema wants. */
const declaredAsJson: ValueTyping = { isText: () => false, toJson: toRetypedJson };

const parameter: ParameterReading = {
  typingOf: (attributes) => (attributes.get('string') === 'true' ? typedBySchema : declaredAsJson),
};

/** Parameters around all arguments, in which models put an object of them. */
const WRAPPERS = ['arguments', 'input'];

/** Parameters that say whether they are strings. Of one that may be a wrapper the value waits for the end of the call. */
export class DsmlArguments implements CallArguments {
  private readonly parameters: ParameterArguments;
  private readonly properties: unknown;
  private wrapper: { readonly attributes: Attributes; text: string } | undefined;
  private first = true;

  constructor(
    private readonly name: string,
    private readonly tools: readonly OfferedFunction[],
  ) {
    this.parameters = new ParameterArguments(name, tools, parameter);
    this.properties = memberOf(tools.find((tool) => tool.name === name)?.parameters, 'properties');
  }

  beginParameter(attributes: Attributes): string {
    const written = this.writeWrapper();
    if (this.first && this.wraps(nameAttribute(attributes))) this.wrapper = { attributes, text: '' };
    this.first = false;
    return this.wrapper ? '' : written + this.parameters.beginParameter(attributes);
  }

  write(text: string): string {
    if (!this.wrapper) return this.parameters.write(text);
    this.wrapper.text += text;
    return '';
  }

  endParameter(): string {
    return this.wrapper ? '' : this.parameters.endParameter();
  }

  end(): string {
    return this.unwrap() ?? this.writeWrapper() + this.parameters.end();
  }

  private wraps(name: string | undefined): boolean {
    return (
      name !== undefined &&
      WRAPPERS.includes(name) &&
      Object.keys(this.properties ?? {}).length > 0 &&
      memberOf(this.properties, name) === undefined
    );
  }

  /** The object in the wrapper as the arguments, if all of its members are parameters. */
  private unwrap(): string | undefined {
    if (!this.wrapper) return undefined;
    const members = jsonMembers(this.wrapper.text) ?? jsonMembers(parseString(this.wrapper.text));
    if (!members?.every(([key]) => memberOf(this.properties, key) !== undefined)) return undefined;
    const typed = members.map(([key, json]) => {
      const schema = parameterSchema(this.tools, this.name, key);
      return `${toJsonString(key)}: ${toRetypedJson(json, schema)}`;
    });
    return `{${typed.join(', ')}}`;
  }

  /** It was a parameter like others. */
  private writeWrapper(): string {
    if (!this.wrapper) return '';
    const { attributes, text } = this.wrapper;
    this.wrapper = undefined;
    const begun = this.parameters.beginParameter(attributes);
    return begun + this.parameters.write(text) + this.parameters.endParameter();
  }
}

function toRetypedJson(text: string, schema: unknown): string {
  const json = respaceJson(text);
  if (schema === undefined || json === undefined) return json ?? toTypedJson(text, schema);
  const container = { '{': 'object', '[': 'array' }[json[0]];
  if (container !== undefined && !schemaTypes(schema).has(container)) return toTypedJson(json, schema);
  return retypeJson(json, schema) ?? json;
}

/** A string of JSON. */
function parseString(json: string): string {
  const value: unknown = respaceJson(json)?.startsWith('"') ? JSON.parse(json) : '';
  return typeof value === 'string' ? value : '';
}
