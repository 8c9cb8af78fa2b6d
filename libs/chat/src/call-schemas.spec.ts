import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requiredCallsSchema } from './call-schemas.js';

const call = (name: string, parameters: object) => ({
  properties: { name: { type: 'string', enum: [name] }, parameters },
  required: ['name', 'parameters'],
});

describe('requiredCallsSchema', () => {
  it('lists the tools; one without parameters takes none', () => {
    const tools = [{ name: 'f', parameters: { type: 'object' } }, { name: 'g' }];
    expect(JSON.stringify(requiredCallsSchema(tools, { single: false }))).toBe(
      JSON.stringify({
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          anyOf: [call('f', { type: 'object' }), call('g', { type: 'object', properties: {} })],
        },
      }),
    );
  });

  it('asks for one call, definitions behind it', () => {
    const tools = [{ name: 'f', parameters: { $defs: { c: { type: 'string' } }, type: 'object' } }];
    expect(JSON.stringify(requiredCallsSchema(tools, { single: true }))).toBe(
      JSON.stringify({
        type: 'array',
        minItems: 1,
        items: { type: 'object', anyOf: [call('f', { type: 'object' })] },
        maxItems: 1,
        $defs: { c: { type: 'string' } },
      }),
    );
  });

  it.each([
    [
      'a name with two meanings',
      [{ c: { type: 'string' } }, { c: { type: 'integer' } }],
      "Tool definition 'c' has multiple schemas, which is not supported.",
    ],
    ['definitions that are none', [[]], "`$defs` in the parameters of tool 'f0' must be an object."],
  ])('refuses %s', (_, definitions, message) => {
    const tools = definitions.map(($defs, index) => ({ name: `f${index}`, parameters: { $defs } }));
    expect(() => requiredCallsSchema(tools, { single: false })).toThrow(
      expect.objectContaining({ kind: 'invalid-request', message, param: 'tools' }) as Error,
    );
  });

  it('moves every definition to the top, leaves everything else where it was and changes no tool', () => {
    const schema = fc.record({ type: fc.constantFrom('string', 'integer') });
    const parameters = fc.record({
      type: fc.constant('object'),
      properties: fc.dictionary(fc.string(), schema, { noNullPrototype: true }),
      $defs: fc.dictionary(fc.string({ minLength: 1, maxLength: 2 }), fc.constant({ type: 'null' }), {
        noNullPrototype: true,
      }),
    });
    fc.assert(
      fc.property(fc.array(parameters, { minLength: 1, maxLength: 4 }), fc.boolean(), (all, single) => {
        const tools = all.map((given, index) => ({ name: `f${index}`, parameters: given }));
        const before = structuredClone(tools);
        const { $defs = {}, items } = requiredCallsSchema(tools, { single }) as unknown as {
          readonly $defs?: object;
          readonly items: { readonly anyOf: unknown[] };
        };
        expect(tools).toEqual(before);
        expect(Object.keys($defs).sort()).toEqual(
          [...new Set(all.flatMap((given) => Object.keys(given.$defs)))].sort(),
        );
        expect(items.anyOf).toEqual(all.map(({ $defs: _defs, ...rest }, index) => call(`f${index}`, rest)));
      }),
    );
  });
});
