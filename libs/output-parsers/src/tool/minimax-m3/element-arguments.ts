import { memberOf, toJsonString } from '../../reading/json-text.js';
import type { CallArguments } from '../../reading/parameter-arguments.js';
import { schemaTypes, toTypedJson } from '../../reading/schema-typing.js';
import type { OfferedFunction } from '../tool-parser.js';
import { readElements } from './nested-elements.js';
import type { Element } from './nested-elements.js';

/**
 * Parameters are elements of their own names, which may hold others. They go out at the end of the call: a name that comes again makes a list of what was a
 * value.
 */
export class ElementArguments implements CallArguments {
  private text = '';

  constructor(
    private readonly prefix: string,
    private readonly tool: OfferedFunction | undefined,
  ) {}

  beginParameter(): string {
    return '';
  }

  write(text: string): string {
    this.text += text;
    return '';
  }

  endParameter(): string {
    return '';
  }

  end(): string {
    return toObject(readElements(this.text, this.prefix), {
      properties: memberOf(this.tool?.parameters, 'properties'),
    });
  }
}

/** JSON text of an element: a container where its schema has one, otherwise typed text, or an object of what is in it. */
function toJson(value: Element['value'], schema: unknown): string {
  const container = containerSchema(schema);
  if (typeof value !== 'string') {
    if (container?.kind !== 'array') return toObject(value, container?.schema);
    const items = memberOf(container.schema, 'items');
    return `[${value.map((element) => toJson(element.value, items)).join(', ')}]`;
  }
  if (typeof schema !== 'object' || schema === null) return toJsonString(value);
  if (container && value.trim() === '' && !schemaTypes(schema).has('string')) {
    return container.kind === 'array' ? '[]' : '{}';
  }
  return toTypedJson(value, schema);
}

function toObject(elements: readonly Element[], schema: unknown): string {
  const properties = memberOf(schema, 'properties');
  const additional = memberOf(schema, 'additionalProperties');
  const members = new Map<string, string[]>();
  for (const { name, value } of elements) {
    const json = toJson(value, memberOf(properties, name) ?? additional);
    const values = members.get(name);
    if (values) values.push(json);
    else members.set(name, [json]);
  }
  const written = [...members].map(([name, values]) => {
    return `${toJsonString(name)}: ${values.length === 1 ? values[0] : `[${values.join(', ')}]`}`;
  });
  return `{${written.join(', ')}}`;
}

/** Choices nested deeper than this say nothing. */
const MAX_CHOICES = 64;

interface ContainerSchema {
  readonly kind: 'array' | 'object';
  readonly schema: unknown;
}

const containersOfSchemas = new WeakMap<object, ContainerSchema | 'none'>();

/** The first list or object that a schema allows. */
function containerSchema(schema: unknown): ContainerSchema | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const known = containersOfSchemas.get(schema) ?? findContainer(schema, 0) ?? 'none';
  containersOfSchemas.set(schema, known);
  return known === 'none' ? undefined : known;
}

/** `depth`: of choices within choices. */
function findContainer(schema: unknown, depth: number): ContainerSchema | undefined {
  const type = memberOf(schema, 'type');
  for (const kind of ['array', 'object'] as const) {
    if (type === kind || (Array.isArray(type) && type.includes(kind))) return { kind, schema };
  }
  if (type === undefined) {
    if (memberOf(schema, 'items') !== undefined) return { kind: 'array', schema };
    if (['properties', 'additionalProperties'].some((key) => memberOf(schema, key) !== undefined)) {
      return { kind: 'object', schema };
    }
  }
  if (depth === MAX_CHOICES) return undefined;
  for (const choice of ['anyOf', 'oneOf'].flatMap((key) => memberOf(schema, key) ?? [])) {
    const found = findContainer(choice, depth + 1);
    if (found) return found;
  }
  return undefined;
}
