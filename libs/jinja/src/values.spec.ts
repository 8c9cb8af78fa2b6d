import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileTemplate } from './template.js';
import { PythonFloat } from './values/from-javascript.js';

const render = (source: string, variables: Readonly<Record<string, unknown>>): string =>
  compileTemplate(source).render(variables);

describe('values from JavaScript', () => {
  it.each<[string, unknown, string]>([
    ['an integer', 3, '3'],
    ['a float', 1.5, '1.5'],
    ['a float that looks whole', new PythonFloat(1), '1.0'],
    ['a large integer', 2n ** 70n, '1180591620717411303424'],
    ['minus zero', -0, '0'],
    ['null', null, 'None'],
    ['a boolean', true, 'True'],
    [
      'a map in its order',
      new Map([
        ['b', 1],
        ['a', 2],
      ]),
      "{'b': 1, 'a': 2}",
    ],
    ['nested values', { a: [null, { b: "it's" }] }, `{'a': [None, {'b': "it's"}]}`],
    ['undefined inside', [undefined], '[Undefined]'],
  ])('%s', (_, value, expected) => {
    expect(render('{{ v }}', { v: value })).toBe(expected);
  });

  it('treats a variable that is undefined as not set', () => {
    expect(render('{{ v is defined }}', { v: undefined })).toBe('False');
  });

  it('tells the time it is given', () => {
    const now = new Date(2026, 10, 22, 7, 5, 9);
    const template = compileTemplate("{{ strftime_now('%Y-%m-%d %H:%M:%S %d %b %B %a %A %j %-d %y %I %p %%') }}");
    expect(template.render({}, { now })).toBe('2026-11-22 07:05:09 22 Nov November Sun Sunday 326 22 26 07 AM %');
  });
});

/** Slices as Python's reference defines them, element by element. */
function modelSlice(items: readonly string[], start: number | null, stop: number | null, step: number): string[] {
  const length = items.length;
  const clamp = (value: number): number => {
    const index = value < 0 ? value + length : value;
    return step > 0 ? Math.min(Math.max(index, 0), length) : Math.min(Math.max(index, -1), length - 1);
  };
  const from = start === null ? (step > 0 ? 0 : length - 1) : clamp(start);
  const to = stop === null ? (step > 0 ? length : -1) : clamp(stop);
  const picked: string[] = [];
  for (let index = from; step > 0 ? index < to : index > to; index += step) {
    picked.push(items[index]);
  }
  return picked;
}

describe('laws', () => {
  const bound = fc.option(fc.integer({ min: -8, max: 8 }));

  it('slices text by code points as lists are sliced', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 6 }),
        bound,
        bound,
        fc.integer({ min: -3, max: 3 }).filter((step) => step !== 0),
        (...[text, start, stop, step]) => {
          const expected = modelSlice(Array.from(text), start, stop, step);
          expect(render('{{ t[a:b:c] }}', { t: text, a: start, b: stop, c: step })).toBe(expected.join(''));
        },
      ),
    );
  });

  it('writes JSON that reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.boolean(), (value, ascii) => {
        const text = render('{{ v | tojson(ensure_ascii=a) }}', { v: value, a: ascii });
        // -0 becomes the int 0, as it does in Python's reading of JSON.
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('prints floats so that they read back', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = render('{{ v }}', { v: new PythonFloat(value) });
        expect(Number(text)).toBe(value);
        expect(text).toMatch(/[.e]/);
      }),
    );
  });

  it('keeps template data as it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !/[{}\r]|\n$/.test(text)),
        (text) => {
          expect(render(text, {})).toBe(text);
        },
      ),
    );
  });

  it('divides integers so that quotient and remainder belong together', () => {
    fc.assert(
      fc.property(
        fc.bigInt(),
        fc.bigInt().filter((divisor) => divisor !== 0n),
        (a, b) => {
          expect(render('{{ (a // b) * b + a % b == a and (a % b == 0 or (a % b < 0) == (b < 0)) }}', { a, b })).toBe(
            'True',
          );
        },
      ),
    );
  });

  it('never throws anything but its own errors', () => {
    const token = fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      '{#',
      '#}',
      ' if ',
      ' for ',
      ' in ',
      'x',
      "'a'",
      '1',
      '|',
      'upper',
      '(',
      ')',
      '[',
      ']',
      '.',
      ',',
      ' is ',
      'set ',
      '=',
      'endif',
      'endfor',
      '~',
      '-',
      '\n',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 25 }), (tokens) => {
        try {
          render(tokens.join(''), { x: [1, 'b', { a: null }] });
        } catch (error) {
          expect(error).toHaveProperty('pythonType');
        }
      }),
      { numRuns: 500 },
    );
  });
});
