import { describe, expect, it } from 'vitest';
import { isAlwaysString, parameterSchema, retypeJson, schemaTypes, toTypedJson } from './schema-typing.js';

describe('types of a schema', () => {
  it.each([
    [{ type: 'integer' }, ['integer']],
    [{ type: ['string', 'null'] }, ['string', 'null']],
    [{ type: ' Int64 ' }, ['integer']],
    [{ type: 'dict' }, ['object']],
    [{ type: 'toString' }, ['tostring']],
    [
      { enum: ['a', 1, 1.5, null, true, [], {}] },
      ['string', 'integer', 'number', 'null', 'boolean', 'array', 'object'],
    ],
    [{ anyOf: [{ type: 'number' }, { oneOf: [{ type: 'null' }] }] }, ['number', 'null']],
    [{ allOf: [{ description: 'x' }] }, ['string']],
    [{ description: 'x' }, ['string']],
    [{ type: [] }, ['string']],
    [{ type: [1], enum: 'x' }, ['string']],
    [true, ['string']],
    [null, ['string']],
  ])('of %j are %j', (schema, expected) => {
    expect([...schemaTypes(schema)]).toEqual(expected);
  });

  it('end at some depth', () => {
    let schema: object = { type: 'integer' };
    for (let i = 0; i < 100_000; i++) schema = { anyOf: [schema] };
    expect([...schemaTypes(schema)]).toEqual(['string']);
  });

  it('allow a string only when no text could be anything else', () => {
    expect(isAlwaysString({ type: 'text' })).toBe(true);
    expect(isAlwaysString(undefined)).toBe(true);
    expect(isAlwaysString({ type: ['string', 'null'] })).toBe(false);
    expect(isAlwaysString({ type: 'any' })).toBe(false);
  });
});

describe('typing by schema', () => {
  it.each([
    ['null', 'null', 'null'],
    ['null', 'NULL', 'null'],
    ['null', ' none', '" none"'],
    ['integer', ' +0_07 ', '7'],
    ['integer', '-0', '0'],
    ['integer', '12345678901234567890', '12345678901234567890'],
    ['integer', '2.0', '2.0'],
    ['integer', 'many', '"many"'],
    ['integer', '{"a":1}', '{"a": 1}'],
    ['number', '2.0', '2'],
    ['number', '.5', '0.5'],
    ['number', '5.', '5'],
    ['number', '-1.5e3', '-1500'],
    ['number', '1e22', '10000000000000000000000'],
    ['number', '1e999', '"1e999"'],
    ['number', 'nan', '"nan"'],
    ['number', '12345678901234567890', '12345678901234567890'],
    ['boolean', ' True ', 'true'],
    ['boolean', '0', 'false'],
    ['boolean', 'yes', '"yes"'],
    ['array', '[1,"a"]', '[1, "a"]'],
    ['array', "['a']", '"[\'a\']"'],
    ['array', '[1e999]', '"[1e999]"'],
    ['object', '{"a":{"b":[]}}', '{"a": {"b": []}}'],
    ['object', '5', '5'],
    ['string', ' 5 "x"\n', '" 5 \\"x\\"\\n"'],
    [['string', 'null'], 'null', 'null'],
    [['string', 'integer'], '5', '5'],
    [['string', 'integer'], 'five', '"five"'],
    [['boolean', 'integer'], '1', '1'],
    ['any', '[1]', '[1]'],
    ['any', 'word', '"word"'],
  ])('makes of %j and %s: %s', (type, text, expected) => {
    expect(toTypedJson(text, { type })).toBe(expected);
  });

  it('takes no longer integers than Python does', () => {
    expect(toTypedJson('9'.repeat(4300), { type: 'integer' })).toBe('9'.repeat(4300));
    expect(toTypedJson('9'.repeat(4301), { type: 'integer' })).toBe(`"${'9'.repeat(4301)}"`);
  });

  it('takes a value without a schema as text', () => {
    expect(toTypedJson('12', undefined)).toBe('"12"');
  });

  it('types what is inside of a value by the schema of its place', () => {
    const schema = {
      properties: {
        seats: { type: 'integer' },
        names: { items: { type: 'string' } },
        deep: { properties: { ok: { type: 'boolean' } } },
      },
    };
    expect(retypeJson('{"seats":"2","names":[1,"2",null],"deep":{"ok":"true"},"free":"3","__proto__":4}', schema)).toBe(
      '{"seats": 2, "names": ["1", "2", "null"], "deep": {"ok": true}, "free": "3", "__proto__": 4}',
    );
    expect(retypeJson('{"seats":', schema)).toBeUndefined();
  });

  it('knows the parameters of the tools alone', () => {
    const tools = [
      { name: 'f', parameters: { properties: { a: { type: 'integer' } } } },
      { name: 'g', parameters: null },
      { name: 'h' },
    ];
    expect(parameterSchema(tools, 'f', 'a')).toEqual({ type: 'integer' });
    for (const [name, parameter] of [
      ['f', 'constructor'],
      ['f', 'b'],
      ['g', 'a'],
      ['h', 'a'],
      ['x', 'a'],
    ]) {
      expect(parameterSchema(tools, name, parameter)).toBeUndefined();
    }
  });

  it('reads hostile numbers in linear time', () => {
    const before = process.cpuUsage().user;
    for (const text of [
      '9'.repeat(1 << 20),
      `${'9_'.repeat(1 << 19)}x`,
      `${'9'.repeat(1 << 20)}e`,
      `[${'9'.repeat(1 << 20)}`,
    ]) {
      toTypedJson(text, { type: ['integer', 'number', 'array'] });
    }
    expect(process.cpuUsage().user - before).toBeLessThan(1_000_000);
  });
});
