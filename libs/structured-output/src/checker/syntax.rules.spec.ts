import { describe, expect, it } from 'vitest';
import { checkGrammarText, checkSchemaTypes } from './syntax.rules.js';

describe('checkSchemaTypes', () => {
  it.each([
    [{ type: 'nonsense' }, 'nonsense'],
    [{ type: ['string', 'text'] }, 'text'],
    [{ type: 5 }, '5'],
    [{ type: 'object', properties: { a: { items: [{ type: 'int' }] } } }, 'int'],
    [{ anyOf: [true, { $defs: { a: { type: 'any' } } }] }, 'any'],
  ])('refuses %j', (schema, type) => {
    expect(() => checkSchemaTypes(schema)).toThrow(`Grammar error: Invalid type: ${type}`);
  });

  it.each([
    true,
    {},
    { type: ['string', 'null'] },
    { type: 'object', properties: { type: { type: 'string' } } },
    { enum: [{ type: 'nonsense' }], const: { type: 'nonsense' }, default: { type: 'nonsense' } },
  ])('takes %j', (schema) => {
    expect(() => checkSchemaTypes(schema)).not.toThrow();
  });

  it('looks into any depth', () => {
    let schema: object = { type: 'nonsense' };
    for (let depth = 0; depth < 100_000; depth++) schema = { items: schema };
    expect(() => checkSchemaTypes(schema)).toThrow('nonsense');
  });
});

describe('checkGrammarText', () => {
  it.each(['root = = =', 'root ::= "a', 'root ::= ("a"', 'root ::= other', 'start ::= "a"', 'nothing at all'])(
    'refuses %j',
    (text) => {
      expect(() => checkGrammarText(text)).toThrow('Invalid grammar specification');
    },
  );

  it.each([
    'root ::= "a" | [0-9]+',
    'root ::= TagDispatch(("a", b))\nb ::= "c"',
    `root ::= ${'"a"{100000}'}`,
    'start: "a" | "b"',
    '%import common.WORD\nstart: WORD',
    '// words\n?start{temperature=0.5}: /a/',
  ])('takes %j', (text) => {
    expect(() => checkGrammarText(text)).not.toThrow();
  });
});
