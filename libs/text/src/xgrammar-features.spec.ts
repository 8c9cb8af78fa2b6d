import { describe, expect, it } from 'vitest';
import { needsOtherBackend, needsOutlines } from './xgrammar-features.js';

describe('needsOtherBackend', () => {
  it.each([
    { type: 'integer', multipleOf: 2 },
    { type: ['null', 'number'], multipleOf: 0.5 },
    { type: 'array', uniqueItems: false },
    { type: 'array', contains: {} },
    { type: 'array', minContains: 1 },
    { type: 'array', maxContains: 1 },
    { type: 'string', format: 'iri' },
    { type: 'string', pattern: 'a', minLength: 1 },
    { type: 'string', format: 'date', maxLength: 1 },
    { type: 'object', propertyNames: { pattern: 'a', maxLength: 3 } },
    { type: 'object', propertyNames: {}, properties: {} },
    { type: 'object', propertyNames: {}, patternProperties: {} },
    { type: 'object', propertyNames: {}, unevaluatedProperties: false },
    { type: 'object', patternProperties: { a: {} }, properties: {} },
    { type: 'object', patternProperties: { a: {}, b: {} } },
    { allOf: [{}, {}] },
    { type: 'object', properties: { a: { anyOf: [{ type: 'integer', multipleOf: 3 }] } } },
  ])('is true for %j', (schema) => {
    expect(needsOtherBackend(schema)).toBe(true);
  });

  it.each([
    {},
    { multipleOf: 2 },
    { type: 'string', uniqueItems: true },
    { type: 'string', format: 'uuid' },
    { type: 'string', pattern: 'a' },
    { type: 'string', minLength: 1, maxLength: 3 },
    { type: 'object', propertyNames: { pattern: 'a' }, unevaluatedProperties: true },
    { type: 'object', patternProperties: { a: {} } },
    { allOf: [{ type: 'integer' }] },
    { type: 'object', properties: { multipleOf: { type: 'integer' } } },
  ])('is false for %j', (schema) => {
    expect(needsOtherBackend(schema)).toBe(false);
  });

  it('looks into any depth', () => {
    let schema: Record<string, unknown> = { type: 'array', contains: {} };
    for (let depth = 0; depth < 100_000; depth++) schema = { items: schema };
    expect(needsOtherBackend(schema)).toBe(true);
  });
});

describe('needsOutlines', () => {
  it.each([
    [{ type: 'object', patternProperties: {} }, true],
    [{ items: [{ patternProperties: {} }] }, true],
    [{ type: 'object', properties: {} }, false],
  ])('says for %j: %s', (schema, expected) => {
    expect(needsOutlines(schema)).toBe(expected);
  });
});
