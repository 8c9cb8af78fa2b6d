import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '@app/errors';
import {
  EarlyRules,
  Field,
  FieldOrder,
  IsAnything,
  IsDictOf,
  IsLaxBool,
  IsLaxInt,
  IsLaxInt64,
  IsLaxNumber,
  IsLaxString,
  IsListOf,
  IsLiteral,
  IsUnionOf,
  RequestValidationError,
  compileValidator,
  int,
  list,
  model,
  text,
} from './index.js';

class Options {
  @IsLaxBool({ nullable: true, default: false })
  readonly include_usage?: boolean;
}

class Base {
  @IsLaxString({ nullable: true })
  readonly model?: string;
}

class Request extends Base {
  @IsUnionOf([list(int({ ge: 0 })), text(), list(text())], { nullable: true })
  readonly prompt?: number[] | string | string[];

  @IsLaxInt({ nullable: true, default: 16 })
  readonly max_tokens?: number;

  @IsLaxInt({ default: 1 })
  readonly n!: number;

  @IsLaxInt64({ nullable: true })
  readonly seed?: number | bigint;

  @IsLaxInt({ ge: -1, nullable: true })
  readonly truncate?: number;

  @IsLaxNumber({ nullable: true })
  readonly temperature?: number;

  @IsLaxBool({ nullable: true })
  readonly echo?: boolean;

  @IsUnionOf([text(), list(text(), { maxItems: 4 })], { nullable: true })
  readonly stop?: string | string[];

  @IsDictOf(int(), { nullable: true })
  readonly logit_bias?: Record<string, number>;

  @IsLiteral(['left', 'right'], { nullable: true })
  readonly side?: 'left' | 'right';

  @IsListOf(model(Options), { nullable: true })
  readonly list?: Options[];

  @Field(model(Options), { nullable: true })
  readonly stream_options?: Options;

  @IsAnything()
  readonly extra?: unknown;
}

const check = compileValidator(Request);

function issuesOf(value: unknown, validate: (value: unknown) => unknown = check): string[] {
  try {
    validate(value);
  } catch (error) {
    if (error instanceof RequestValidationError) {
      return error.message.split('\n');
    }
    throw error;
  }
  return [];
}

describe('compileValidator', () => {
  it('fills in defaults, drops unknown keys and turns null into undefined', () => {
    const request = check({ prompt: 'a', max_tokens: null, unknown: 1 });
    expect(request).toBeInstanceOf(Request);
    expect({ ...request }).toEqual({
      model: undefined,
      prompt: 'a',
      max_tokens: undefined,
      n: 1,
      seed: undefined,
      truncate: undefined,
      temperature: undefined,
      echo: undefined,
      stop: undefined,
      logit_bias: undefined,
      side: undefined,
      list: undefined,
      stream_options: undefined,
      extra: undefined,
    });
    expect(check({}).max_tokens).toBe(16);
  });

  it.each<[string, Record<string, unknown>, unknown]>([
    ['max_tokens', { max_tokens: '5' }, 5],
    ['max_tokens', { max_tokens: ' 1_000 ' }, 1000],
    ['max_tokens', { max_tokens: 5.0 }, 5],
    ['max_tokens', { max_tokens: true }, 1],
    ['max_tokens', { max_tokens: -0 }, 0],
    ['seed', { seed: 9223372036854775807n }, 9223372036854775807n],
    ['seed', { seed: '-9223372036854775808' }, -9223372036854775808n],
    ['temperature', { temperature: '0.5' }, 0.5],
    ['temperature', { temperature: 'nan' }, NaN],
    ['temperature', { temperature: 1 }, 1],
    ['echo', { echo: 'YES' }, true],
    ['echo', { echo: 0 }, false],
    ['prompt', { prompt: '5' }, '5'],
    ['prompt', { prompt: [1, 2] }, [1, 2]],
    ['prompt', { prompt: ['1', '2'] }, ['1', '2']],
    ['prompt', { prompt: [] }, []],
    ['stop', { stop: 'x' }, 'x'],
    ['stream_options', { stream_options: { include_usage: 1 } }, { include_usage: true }],
  ])('reads %s of %o', (key, body, expected) => {
    expect((check(body) as unknown as Record<string, unknown>)[key]).toEqual(expected);
  });

  it.each<[unknown, readonly string[]]>([
    [undefined, ["  {'type': 'missing', 'loc': 'body', 'msg': 'Field required', 'input': 'None'}"]],
    [null, ["  {'type': 'missing', 'loc': 'body', 'msg': 'Field required', 'input': 'None'}"]],
    [
      [1, 2],
      [
        "  {'type': 'model_attributes_type', 'loc': 'body', 'msg': 'Input should be a valid dictionary or object to extract fields from', 'input': '<list of 2 items>'}",
      ],
    ],
    [
      { n: 'x' },
      [
        "  {'type': 'int_parsing', 'loc': 'body.n', 'msg': 'Input should be a valid integer, unable to parse string as an integer', 'input': 'x'}",
      ],
    ],
    [
      { n: null },
      ["  {'type': 'int_type', 'loc': 'body.n', 'msg': 'Input should be a valid integer', 'input': 'None'}"],
    ],
    [
      { n: 1.5 },
      [
        "  {'type': 'int_from_float', 'loc': 'body.n', 'msg': 'Input should be a valid integer, got a number with a fractional part', 'input': '1.5'}",
      ],
    ],
    [
      { seed: -9223372036854775809n },
      [
        "  {'type': 'greater_than_equal', 'loc': 'body.seed', 'msg': 'Input should be greater than or equal to -9223372036854775808', 'input': '-9223372036854775809', 'ctx': {'ge': -9223372036854775808}}",
      ],
    ],
    [
      { truncate: -2 },
      [
        "  {'type': 'greater_than_equal', 'loc': 'body.truncate', 'msg': 'Input should be greater than or equal to -1', 'input': '-2', 'ctx': {'ge': -1}}",
      ],
    ],
    [
      { temperature: [1] },
      [
        "  {'type': 'float_type', 'loc': 'body.temperature', 'msg': 'Input should be a valid number', 'input': '<list of 1 items>'}",
      ],
    ],
    ...[1e30, -1e19].map((seed): [object, string[]] => [
      { seed },
      [
        `  {'type': 'int_parsing_size', 'loc': 'body.seed', 'msg': 'Unable to parse input string as an integer, exceeded maximum size', 'input': '${seed === 1e30 ? '1e+30' : '-1e+19'}'}`,
      ],
    ]),
    ...[1.5, 2n ** 63n, -(2n ** 63n) - 1n, 1e30].map((echo): [object, string[]] => [
      { echo },
      [
        `  {'type': 'bool_type', 'loc': 'body.echo', 'msg': 'Input should be a valid boolean', 'input': '${String(echo)}'}`,
      ],
    ]),
    [
      { echo: 5 },
      [
        "  {'type': 'bool_parsing', 'loc': 'body.echo', 'msg': 'Input should be a valid boolean, unable to interpret input', 'input': '5'}",
      ],
    ],
    [
      { echo: [] },
      [
        "  {'type': 'bool_type', 'loc': 'body.echo', 'msg': 'Input should be a valid boolean', 'input': '<list of 0 items>'}",
      ],
    ],
    [
      { side: 'middle' },
      [
        "  {'type': 'literal_error', 'loc': 'body.side', 'msg': \"Input should be 'left' or 'right'\", 'input': 'middle', 'ctx': {'expected': \"'left' or 'right'\"}}",
      ],
    ],
    [
      { logit_bias: [1] },
      [
        "  {'type': 'dict_type', 'loc': 'body.logit_bias', 'msg': 'Input should be a valid dictionary', 'input': '<list of 1 items>'}",
      ],
    ],
    [
      { stop: ['a', 'b', 'c', 'd', 'e'] },
      [
        "  {'type': 'string_type', 'loc': 'body.stop', 'msg': 'Input should be a valid string', 'input': '<list of 5 items>'}",
        "  {'type': 'too_long', 'loc': 'body.stop', 'msg': 'List should have at most 4 items after validation, not 5', 'input': '<list of 5 items>', 'ctx': {'field_type': 'List', 'max_length': 4, 'actual_length': 5}}",
      ],
    ],
    [
      { list: [{}, { include_usage: 'x' }] },
      [
        "  {'type': 'bool_parsing', 'loc': 'body.list.1.include_usage', 'msg': 'Input should be a valid boolean, unable to interpret input', 'input': 'x'}",
      ],
    ],
    [
      { model: 5, n: 'x' },
      [
        "  {'type': 'string_type', 'loc': 'body.model', 'msg': 'Input should be a valid string', 'input': '5'}",
        "  {'type': 'int_parsing', 'loc': 'body.n', 'msg': 'Input should be a valid integer, unable to parse string as an integer', 'input': 'x'}",
      ],
    ],
  ])('tells what is wrong with %o', (body, expected) => {
    const [head, ...lines] = issuesOf(body);
    expect(lines).toEqual(expected);
    expect(head).toBe(`${expected.length} validation error${expected.length === 1 ? '' : 's'}:`);
  });

  it.each<[string, unknown, string]>([
    ['digits that end in none, for a number', { temperature: `${'1'.repeat(200_000)}x` }, 'float_parsing'],
    ['grouped digits, for a number', { temperature: `${'1_'.repeat(3_000_000)}1` }, 'float_parsing'],
    ['grouped digits, for an integer', { n: `${'1_'.repeat(3_000_000)}1` }, 'int_parsing_size'],
    ['spaces, for an integer', { n: ' '.repeat(5_000_000) }, 'int_parsing_size'],
  ])('refuses megabytes of %s at once', (_, body, type) => {
    const start = performance.now();
    expect(issuesOf(body)[1]).toContain(`'type': '${type}'`);
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('refuses many texts that are almost numbers in linear time', () => {
    const almost = `${'1'.repeat(4_000)}x`;
    const body = { logit_bias: Object.fromEntries(Array.from({ length: 900 }, (_, key) => [key, almost])) };
    const start = performance.now();
    expect(issuesOf(body)[0]).toBe('900 validation errors:');
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('names the place of the first issue as param', () => {
    expect(() => check({ stop: 5 })).toThrow(expect.objectContaining({ param: 'body.stop' }) as Error);
  });

  it('reports fields in the order of the class, those it does not name as they are declared', () => {
    @FieldOrder<Ordered>(['prompt', 'n'])
    class Ordered extends Request {}
    const wrong = { model: 1, n: 'x', temperature: 'x', prompt: 1, echo: 'x' };
    const places = issuesOf(wrong, compileValidator(Ordered)).flatMap(
      (line) => /'loc': 'body\.(\w+)'/.exec(line)?.[1] ?? [],
    );
    expect([...new Set(places)]).toEqual(['prompt', 'n', 'model', 'temperature', 'echo']);
  });

  it('shows ten of many issues and cuts long inputs', () => {
    const message = issuesOf({ prompt: Array.from({ length: 40 }, () => null), model: 'x' });
    expect(message[0]).toBe('81 validation errors:');
    expect(message).toHaveLength(12);
    expect(message.at(-1)).toBe('  ...and 71 more errors');
    expect(issuesOf({ side: 'm'.repeat(300) })[1]).toContain(`'${'m'.repeat(200)}...[truncated]'`);
  });

  it('does not look at every element of a hostile list', () => {
    const [head] = issuesOf({ list: Array.from({ length: 200_000 }, () => 1) });
    expect(head).toBe('1000 validation errors:');
  });

  it('stops at the first early rule, before the fields', () => {
    @EarlyRules([
      ({ a }) => {
        if (a === 1) {
          throw new InvalidRequestError('a must not be 1', { param: 'a' });
        }
      },
    ])
    class Ruled {
      @IsLaxInt({ required: true })
      readonly b!: number;
    }
    const ruled = compileValidator(Ruled);
    expect(() => ruled({ a: 1 })).toThrow(new InvalidRequestError('a must not be 1', { param: 'a' }));
    expect(() => ruled({ a: 2 })).toThrow(/'type': 'missing', 'loc': 'body.b', .* 'input': '<dict of 1 items>'/);
  });

  it('keeps a __proto__ key harmless', () => {
    const body = JSON.parse('{"logit_bias": {"__proto__": 5}, "__proto__": {"n": 7}}') as unknown;
    const request = check(body);
    expect(request.n).toBe(1);
    expect(Object.entries(request.logit_bias ?? {})).toEqual([['__proto__', 5]]);
    expect(({} as Record<string, unknown>).n).toBeUndefined();
  });

  it('is the same rule for class-validator itself', () => {
    const wrong = Object.assign(new Request(), { n: 'x', side: 'left' });
    expect(validateSync(wrong).map(({ property }) => property)).toEqual(['n']);
  });

  it('returns or throws a validation error for any JSON value, and never alters its input', () => {
    const field = fc.oneof(fc.jsonValue(), fc.bigInt(), fc.constant(NaN));
    const keys = Object.keys(check({}));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), field), (body) => {
        const before = structuredClone(body);
        try {
          check(body);
        } catch (error) {
          expect(error).toBeInstanceOf(RequestValidationError);
        }
        expect(body).toEqual(before);
      }),
    );
  });
});
