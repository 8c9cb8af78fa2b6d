import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomWriter } from '../testing/random-writer.js';
import { toEbnf } from '../grammar/to-ebnf.js';
import { toGrammar } from '../to-grammar.js';

const writer = await RandomWriter.create();
const ajv = new Ajv2020({ strict: false, validateFormats: true });
addFormats.default(ajv);

/** Fifty outputs of a model that knows nothing, all of them parsed and validated. */
async function expectOnlyValid(schema: unknown, count = 40): Promise<void> {
  const isValid = ajv.compile(schema as object);
  const outputs = await writer.write(toGrammar({ type: 'json-schema', schema }), count);
  for (const output of outputs) {
    const value: unknown = JSON.parse(output);
    expect(isValid(value), `${output} for ${JSON.stringify(schema)}: ${JSON.stringify(isValid.errors)}`).toBe(true);
  }
}

describe('grammar of a JSON schema', () => {
  it.each<unknown>([
    true,
    {},
    { type: 'object' },
    { type: 'array' },
    { type: 'integer', minimum: 3 },
    { type: 'integer', minimum: -7, maximum: 123 },
    { type: 'integer', exclusiveMaximum: -12 },
    { type: 'integer', exclusiveMinimum: 99, maximum: 1005 },
    { type: 'integer', minimum: 0, maximum: 0 },
    { type: 'number', minimum: 3, maximum: 4.5 },
    { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    { type: 'number', minimum: -1.25, exclusiveMaximum: 2.125 },
    { type: 'number', minimum: 1.5 },
    { type: 'number', exclusiveMaximum: -0.5 },
    { type: 'number', minimum: 0.25, maximum: 0.251 },
    { type: 'integer', multipleOf: 10 },
    { type: 'integer', multipleOf: 7, minimum: 0, maximum: 100 },
    { type: 'string', minLength: 2, maxLength: 5 },
    { type: 'string', minLength: 3 },
    { type: 'string', pattern: '^[a-c]+"\\\\?.$' },
    { type: 'string', pattern: '^[A-Z]{2}\\d{3}$' },
    { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 4 },
    { enum: [1, 'a', { x: [1] }, null, true, 1.5] },
    { type: 'string', enum: ['a', 'bcd', 3], maxLength: 2 },
    { const: { a: 'b"' } },
    { type: ['integer', 'null', 'boolean'] },
    {
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: 'string', maxLength: 3 }, c: true },
      required: ['b'],
    },
    {
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: 'null' } },
      additionalProperties: { type: 'boolean' },
    },
    { type: 'object', properties: { ab: { const: 1 }, a: { const: 2 } }, additionalProperties: true, required: ['z'] },
    { type: 'object', properties: { a: { const: 1 }, b: { const: 2 }, c: { const: 3 } }, minProperties: 2 },
    { type: 'object', properties: { a: { const: 1 }, b: { const: 2 }, c: { const: 3 } }, maxProperties: 1 },
    { type: 'object', additionalProperties: { type: 'null' }, minProperties: 1, maxProperties: 2 },
    { type: 'object', patternProperties: { '^x-[a-z]{1,3}$': { type: 'boolean' } }, additionalProperties: false },
    { type: 'object', propertyNames: { pattern: '^[a-d]{1,2}$' } },
    { type: 'object', propertyNames: { enum: ['a', 'b'] }, additionalProperties: { const: 1 } },
    { type: 'object', properties: { a: { const: 1 }, b: { const: 2 } }, dependentRequired: { a: ['b'] } },
    { type: 'array', items: { type: 'integer', minimum: 0, maximum: 9 }, minItems: 2, maxItems: 4 },
    { type: 'array', prefixItems: [{ const: 1 }, { const: 'x' }], items: false },
    { type: 'array', prefixItems: [{ const: 1 }], items: { const: 2 }, minItems: 2, maxItems: 3 },
    { type: 'array', items: { type: 'boolean' }, maxItems: 1, uniqueItems: true },
    { anyOf: [{ type: 'integer', maximum: 5, minimum: 1 }, { const: 'x' }], description: 'either' },
    {
      type: 'object',
      properties: { a: { type: 'integer', minimum: 0 } },
      anyOf: [{ required: ['a'] }, { required: ['b'] }],
    },
    { allOf: [{ type: 'integer', minimum: 1 }, { maximum: 9 }, { type: 'number' }] },
    {
      oneOf: [
        { type: 'object', properties: { k: { const: 'a' } }, required: ['k'] },
        { type: 'object', properties: { k: { const: 'b' }, n: { type: 'null' } }, required: ['k'] },
      ],
    },
    {
      $ref: '#/$defs/tree',
      $defs: {
        tree: {
          type: 'object',
          properties: { n: { const: 1 }, t: { anyOf: [{ $ref: '#/$defs/tree' }, { type: 'null' }] } },
          required: ['n', 't'],
        },
      },
    },
    { type: 'array', items: { $ref: '#' }, maxItems: 2 },
    { $ref: '#/$defs/a', minimum: 4, $defs: { a: { type: 'integer', maximum: 6 } } },
    ...[
      'date',
      'time',
      'date-time',
      'duration',
      'ipv4',
      'ipv6',
      'hostname',
      'email',
      'uuid',
      'uri',
      'uri-reference',
      'uri-template',
      'json-pointer',
      'relative-json-pointer',
    ].map((format) => ({ type: 'string', format })),
  ])('lets through only what fits %j', async (schema) => {
    await expectOnlyValid(schema);
  });

  it.each([
    [500, 0],
    [2000, 2000],
  ])('takes objects of %i properties, %i of them required', (total, count) => {
    const names = Array.from({ length: total }, (_, index) => `p${index}`);
    const properties = Object.fromEntries(names.map((name) => [name, { const: 1 }]));
    const grammar = toGrammar({
      type: 'json-schema',
      schema: { type: 'object', properties, required: names.slice(0, count) },
    });
    expect(toEbnf(grammar).length).toBeLessThan(400_000);
  });

  it('lets through only what fits, whatever the schema', async () => {
    await fc.assert(
      fc.asyncProperty(anySchema, (schema) => expectOnlyValid(schema, 5)),
      { numRuns: 150 },
    );
  });

  it.each<readonly [unknown, string]>([
    [{ type: 'array', uniqueItems: true }, '"uniqueItems"'],
    [{ not: { type: 'null' } }, '"not"'],
    [{ if: { type: 'null' }, then: false }, '"if"'],
    [{ type: 'array', contains: {} }, '"contains"'],
    [{ type: 'number', multipleOf: 0.1 }, '"multipleOf" with a fraction'],
    [{ type: 'integer', multipleOf: 7 }, '"multipleOf"'],
    [{ type: 'string', format: 'phone' }, '"format": "phone"'],
    [{ type: 'string', pattern: 'a+b', maxLength: 3 }, '"pattern" with "minLength" or "maxLength"'],
    [{ type: 'string', pattern: '(?=a)b' }, 'look-around'],
    [{ type: 'string', pattern: '(a)\\1' }, 'back-reference'],
    [{ oneOf: [{ type: 'integer' }, { type: 'number' }] }, '"oneOf"'],
    [{ type: 'object', properties: { a: true }, patternProperties: { b: true } }, '"patternProperties"'],
    [{ $ref: 'https://example.com/a.json' }, '"$ref" can only name a part of the same schema'],
    [{ $ref: '#/$defs/none' }, '"$ref" names nothing'],
    [{ $ref: '#' }, 'references that nest deeper'],
    [{ type: 'object', properties: { a: { $ref: '#' } }, required: ['a'] }, 'cannot be satisfied'],
    [{ type: 'text' }, '"type" must be one of'],
    [{ type: 'integer', minimum: 2, maximum: 1 }, 'cannot be satisfied'],
    [false, 'cannot be satisfied'],
    ['x', 'must be an object or a boolean'],
  ])('refuses %j by name', (schema, reason) => {
    expect(() => toGrammar({ type: 'json-schema', schema })).toThrow(reason);
  });
});

const { anySchema } = fc.letrec<{ anySchema: Record<string, unknown> }>((tie) => ({
  anySchema: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'schema' },
    fc.constantFrom<Record<string, unknown>>(
      { type: 'string' },
      { type: 'boolean' },
      { type: 'null' },
      { type: 'number' },
      { type: 'integer' },
    ),
    fc.record(
      {
        type: fc.constant('integer'),
        minimum: fc.integer({ min: -2000, max: 50 }),
        maximum: fc.integer({ min: 51, max: 3000 }),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      {
        type: fc.constant('number'),
        minimum: fc.integer({ min: -999, max: 0 }).map((n) => n / 8),
        exclusiveMaximum: fc.integer({ min: 1, max: 999 }).map((n) => n / 16),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      {
        type: fc.constant('string'),
        minLength: fc.integer({ min: 0, max: 3 }),
        maxLength: fc.integer({ min: 3, max: 8 }),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record({
      enum: fc.uniqueArray(fc.jsonValue({ maxDepth: 1 }).filter(isComparable), {
        minLength: 1,
        maxLength: 4,
        selector: (value) => JSON.stringify(value),
      }),
    }),
    fc.record(
      {
        type: fc.constant('array'),
        items: tie('anySchema'),
        minItems: fc.integer({ min: 0, max: 2 }),
        maxItems: fc.integer({ min: 2, max: 3 }),
      },
      { requiredKeys: ['type', 'items', 'maxItems'] },
    ),
    fc
      .tuple(fc.dictionary(fc.string({ maxLength: 3 }), tie('anySchema'), { maxKeys: 4 }), fc.boolean(), fc.boolean())
      .map(([properties, isFirstRequired, isOpen]) => ({
        type: 'object',
        properties,
        required: Object.keys(properties).slice(0, isFirstRequired ? 2 : 0),
        ...(isOpen && { additionalProperties: { type: 'boolean' } }),
      })),
    fc.record({ anyOf: fc.array(tie('anySchema'), { minLength: 1, maxLength: 3 }) }),
  ),
}));

/** ajv calls methods of the values that it compares. */
function isComparable(value: unknown): boolean {
  return !/"(?:toString|valueOf|constructor)"/.test(JSON.stringify(value));
}
