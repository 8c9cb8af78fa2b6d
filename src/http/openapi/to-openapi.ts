import type { Route } from '../route-table.js';
import { describeClass } from '../validation/index.js';
import type { ClassSchemas, JsonSchema, RequestClass } from '../validation/index.js';
import type { Operation } from './controller-operations.js';

export interface OpenApiFacts {
  /** Of this server. */
  readonly version: string;
  /** Prefix of a proxy; empty = none. */
  readonly rootPath: string;
}

/** Describes the routes that there are (OpenAPI 3.1); what is known of their bodies comes from the checks that they really get. */
export function toOpenApi(
  routes: readonly Route[],
  operations: ReadonlyMap<string, Operation>,
  { version, rootPath }: OpenApiFacts,
): JsonSchema {
  const schemas = new ComponentSchemas();
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of [...routes].sort((a, b) => compare(a.path, b.path))) {
    const operation = operations.get(`${route.method} ${route.path}`);
    // Routes without a controller are the pages that show this document.
    if (operation === undefined) continue;
    const item = (paths[toTemplate(route.path)] ??= {});
    item[route.method.toLowerCase()] = describeRoute(route, operation, schemas);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Aerie', version },
    ...(rootPath === '' ? {} : { servers: [{ url: rootPath }] }),
    paths,
    components: {
      schemas: { ...schemas.all, [ERROR_RESPONSE]: ERROR_SCHEMA },
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'Where keys are configured.' } },
    },
  };
}

const ERROR_RESPONSE = 'ErrorResponse';
/** errors-auth-middleware.md §1. */
const ERROR_SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        message: { type: 'string' },
        type: { type: 'string' },
        param: { type: ['string', 'null'] },
        code: { type: 'integer' },
      },
      required: ['message', 'type', 'param', 'code'],
    },
  },
  required: ['error'],
};

function describeRoute(
  { path, method, scope }: Route,
  { tag, id, bodies }: Operation,
  schemas: ComponentSchemas,
): JsonSchema {
  const described = bodies.map((body) => describeClass(body, schemas));
  const streams = bodies.some((body) => schemas.propertiesOf(body).includes('stream'));
  const parameters = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true },
    schema: { type: 'string' },
  }));
  const [only] = described;
  const schema = described.length > 1 ? { anyOf: described } : only;
  return {
    tags: [tag],
    // One handler may serve several paths and methods.
    operationId: `${id}_${method.toLowerCase()}${path.replace(/\W+/g, '_')}`,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(described.length > 0 ? { requestBody: { required: true, content: { 'application/json': { schema } } } } : {}),
    responses: {
      200: { description: 'OK', ...(streams ? { content: { 'application/json': {}, 'text/event-stream': {} } } : {}) },
      default: {
        description: 'Error',
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${ERROR_RESPONSE}` } } },
      },
    },
    ...(scope !== 'open' ? { security: [{ key: [] }] } : {}),
  };
}

/** Each class once, under its name; a name that two classes have is numbered. */
class ComponentSchemas implements ClassSchemas {
  readonly all: Record<string, JsonSchema> = {};
  private readonly names = new Map<RequestClass<object>, string>();

  refer(target: RequestClass<object>, describe: () => JsonSchema): JsonSchema {
    const known = this.names.get(target);
    const name = known ?? this.freeName(target.name);
    if (known === undefined) {
      // Before it is described: a class may nest itself.
      this.names.set(target, name);
      this.all[name] = {};
      this.all[name] = describe();
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  propertiesOf(target: RequestClass<object>): readonly string[] {
    return Object.keys(this.all[this.names.get(target) ?? '']?.properties ?? {});
  }

  private freeName(wanted: string): string {
    let name = wanted;
    for (let number = 2; Object.hasOwn(this.all, name); number += 1) name = `${wanted}${number}`;
    return name;
  }
}

/** `/v1/responses/:id` → `/v1/responses/{id}`. */
function toTemplate(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
