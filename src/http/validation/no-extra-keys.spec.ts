import { describe, expect, it } from 'vitest';
import { compileValidator, Field, IsLaxInt, IsListOf, model, NoExtraKeys, strictBool } from './index.js';
import { describeClass } from './compile-validator.js';
import { RequestValidationError } from './issue.js';

@NoExtraKeys()
class Inner {
  @IsLaxInt()
  readonly a?: number;
}

@NoExtraKeys()
class Closed {
  @IsListOf(model(Inner))
  readonly list?: Inner[];

  @Field(strictBool(), { default: false })
  readonly flag!: boolean;
}

const check = compileValidator(Closed);

function issuesOf(value: unknown): unknown {
  try {
    return check(value);
  } catch (error) {
    if (!(error instanceof RequestValidationError)) throw error;
    return error.issues.map(({ type, loc, input }) => [type, loc.join('.'), input]);
  }
}

describe('NoExtraKeys', () => {
  it('takes the keys of the class', () => {
    expect(check({ list: [{ a: '5' }], flag: true })).toEqual({ list: [{ a: 5 }], flag: true });
  });

  it('reports every other key behind what is wrong with the fields, nested ones by their place', () => {
    expect(issuesOf({ x: 1, list: [{ b: null }], flag: 'true', constructor: 2 })).toEqual([
      ['extra_forbidden', 'body.list.0.b', null],
      ['bool_type', 'body.flag', 'true'],
      ['extra_forbidden', 'body.x', 1],
      ['extra_forbidden', 'body.constructor', 2],
    ]);
  });

  it('is told by the document of the routes', () => {
    const classes = { refer: (_: unknown, describe: () => object) => ({ ...describe() }) };
    expect(describeClass(Inner, classes)).toEqual({
      type: 'object',
      properties: { a: { type: 'integer' } },
      additionalProperties: false,
    });
  });
});
