import { describe, expect, it } from 'vitest';
import { readPythonCalls } from './python-calls.js';
import type { CallLayout } from './python-calls.js';

describe('Python calls', () => {
  it.each<[string, CallLayout, [string, string][], boolean]>([
    [
      '[f(a=1, b="x"), g()]',
      'list',
      [
        ['f', '{"a": 1, "b": "x"}'],
        ['g', '{}'],
      ],
      true,
    ],
    ['\n[ a.b.f( x = [1, 2], )\n, ]\n', 'list', [['a.b.f', '{"x": [1, 2]}']], true],
    ['[f(from="A")]', 'list', [['f', '{"from": "A"}']], true],
    [
      'f(a=")]")\ng()',
      'sequence',
      [
        ['f', '{"a": ")]"}'],
        ['g', '{}'],
      ],
      true,
    ],
    [
      'f(a=1), g()',
      'sequence',
      [
        ['f', '{"a": 1}'],
        ['g', '{}'],
      ],
      true,
    ],
    ['[]', 'list', [], false],
    ['', 'sequence', [], false],
    ['[f(), g(a=', 'list', [['f', '{}']], false],
    ['[f()] and so on', 'list', [['f', '{}']], false],
    ['[f()', 'list', [['f', '{}']], false],
    ['f() g(x) h()', 'sequence', [['f', '{}']], false],
    ['[f(a=1]', 'list', [], false],
    ['[f(1)]', 'list', [], false],
    ['[f(a=b)]', 'list', [], false],
    ['[f(a=1+2)]', 'list', [], false],
    ['[f(**{})]', 'list', [], false],
    ['[.f()]', 'list', [], false],
    ['[f]', 'list', [], false],
  ])('of %j as a %s are %j', (text, layout, calls, complete) => {
    const expected = calls.map(([name, json]) => ({ name, arguments: json }));
    expect(readPythonCalls(text, layout, false)).toEqual({ calls: expected, complete });
  });

  it.each([
    ['[f(a=02, b=007)]', '{"a": 2, "b": 7}'],
    ['[f(a="line one\nline two")]', '{"a": "line one\\nline two"}'],
    ["[f(a='sed -n '1,9p' f', b=1)]", '{"a": "sed -n \'1,9p\' f", "b": 1}'],
    ['[f("x", a=1)]', '{"a": 1}'],
    ['[f("x")]', '{}'],
  ])('of %j need repairs', (text, json) => {
    expect(readPythonCalls(text, 'list', false).complete).toBe(false);
    expect(readPythonCalls(text, 'list', true)).toEqual({ calls: [{ name: 'f', arguments: json }], complete: true });
  });

  it('are not repaired where Python reads them', () => {
    expect(readPythonCalls("[f(a='x' 'y')]", 'list', true).calls).toEqual([{ name: 'f', arguments: '{"a": "xy"}' }]);
  });
});
