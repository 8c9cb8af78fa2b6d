import { isDeepStrictEqual } from 'node:util';
import type { FunctionTool } from '@app/chat-template';
import { InvalidRequestError } from '@app/errors';

type Schema = Readonly<Record<string, unknown>>;

const NO_ARGUMENTS: Schema = { type: 'object', properties: {} };

/**
 * The JSON in which a model without markup of its own writes calls (chat-inputs-and-parsers.md §3.1): a list of names and parameters. `$defs` of the
 * tools move to the top, where their references look for them.
 * Throws `InvalidRequestError` when two tools define the same name differently.
 */
export function requiredCallsSchema(tools: readonly FunctionTool[], { single }: { readonly single: boolean }): Schema {
  const definitions = collectDefinitions(tools);
  return {
    type: 'array',
    minItems: 1,
    items: { type: 'object', anyOf: tools.map(toCallSchema) },
    ...(single ? { maxItems: 1 } : {}),
    ...(Object.keys(definitions).length > 0 ? { $defs: definitions } : {}),
  };
}

/** The JSON of a forced call: the tool's parameters, and nothing else. */
export function namedCallSchema(name: string, tools: readonly FunctionTool[]): Schema {
  const tool = tools.find((offered) => offered.name === name);
  return (tool?.parameters as Schema | undefined) ?? NO_ARGUMENTS;
}

function toCallSchema({ name, parameters }: FunctionTool): Schema {
  const { $defs: _hoisted, ...schema } = (parameters ?? NO_ARGUMENTS) as Schema;
  return {
    properties: { name: { type: 'string', enum: [name] }, parameters: schema },
    required: ['name', 'parameters'],
  };
}

function collectDefinitions(tools: readonly FunctionTool[]): Schema {
  const collected = new Map<string, unknown>();
  for (const { name: tool, parameters } of tools) {
    const { $defs: definitions = {} } = (parameters ?? {}) as Schema;
    if (typeof definitions !== 'object' || definitions === null || Array.isArray(definitions)) {
      throw new InvalidRequestError(`\`$defs\` in the parameters of tool '${tool}' must be an object.`, {
        param: 'tools',
      });
    }
    for (const [name, schema] of Object.entries(definitions)) {
      if (collected.has(name) && !isDeepStrictEqual(collected.get(name), schema)) {
        throw new InvalidRequestError(`Tool definition '${name}' has multiple schemas, which is not supported.`, {
          param: 'tools',
        });
      }
      collected.set(name, schema);
    }
  }
  return Object.fromEntries(collected);
}
