import { describe, expect, it } from 'vitest';
import { TemplateBudgetError } from './errors.js';
import { compileTemplate, type RenderOptions } from './template.js';

const render = (source: string, options: RenderOptions = {}): string =>
  compileTemplate(source).render({ ns: 1 }, options);

const doubling = (expression: string): string =>
  `{% set n = namespace(v=[1], s='ab') %}{% for i in range(99) %}{% set ${expression} %}{% endfor %}`;

describe('budgets', () => {
  it.each([
    ['steps', '{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}'],
    ['a repeated text', "{{ 'a' * 10**9 }}"],
    ['a repeated list', '{{ [0] * 10**9 }}'],
    ['a doubled text', doubling('n.s = n.s + n.s')],
    ['a doubled concatenation', doubling('n.s = n.s ~ n.s')],
    ['a doubled list', doubling('n.v = n.v + n.v')],
    ['a list that holds itself twice, printed', `${doubling('n.v = [n.v, n.v]')}{{ n.v }}`],
    ['a list that holds itself twice, as JSON', `${doubling('n.v = [n.v, n.v]')}{{ n.v | tojson }}`],
    ['a power', '{{ 2 ** (2 ** 40) }}'],
    ['a product', doubling('n.v = (n.v if n.v is integer else 3) * (n.v if n.v is integer else 3)')],
    ['a wide field', "{{ '%1000000000d' % 1 }}"],
    ['a wide brace field', "{{ '{:>1000000000}'.format(1) }}"],
    ['padding', "{{ 'a'.ljust(10**12) }}"],
    ['zeros', "{{ 'a'.zfill(10**9) }}"],
    ['tabs', "{{ '\\t'.expandtabs(10**9) }}"],
    ['an indent', "{{ 'a' | indent(10**9) }}"],
    ['an indent of JSON', '{{ [1] | tojson(indent=10**9) }}'],
    ['a filled batch', '{{ [1] | batch(10**9, 0) | list }}'],
    ['slices', '{{ [1] | slice(10**9) | list }}'],
    ['a replacement', "{{ ('a' * 10**6) | replace('a', 'b' * 1000) }}"],
    ['filler text', '{{ lipsum(10**9) }}'],
    ['many small outputs', "{% for i in range(99999) %}{{ 'a' * 1000 }}{% endfor %}"],
    ['a macro that calls itself', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}'],
    ['a loop that calls itself', '{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}'],
    ['a block that calls itself', '{% block a %}{{ self.a() }}{% endblock %}'],
    ['a namespace inside itself', '{% set n = namespace() %}{% set n.n = n %}{{ n }}'],
    ['a deep list', '{% set n = namespace(v=1) %}{% for i in range(9999) %}{% set n.v = [n.v] %}{% endfor %}{{ n.v }}'],
  ])('end %s', (_, source) => {
    expect(() => render(source, { maxSteps: 1_000_000, deadlineMs: 20_000 })).toThrow(TemplateBudgetError);
  });

  it('charges long work on text to the steps', () => {
    const source =
      "{% set big = 'a' * 10**6 %}{% for i in range(9999) %}{{ big.count('ab') }}{{ big | length }}{% endfor %}";
    expect(() => render(source, { maxSteps: 500_000 })).toThrow('The template needs more than 500000 steps.');
  });

  it('ends at the deadline', () => {
    const source = '{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}';
    expect(() => render(source, { maxSteps: Number.MAX_SAFE_INTEGER, deadlineMs: 5 })).toThrow(
      'The template takes longer than 5 ms.',
    );
  });

  it('keeps to the output that is allowed', () => {
    expect(render("{{ 'abc' }}", { maxOutputChars: 3 })).toBe('abc');
    expect(() => render("{{ 'ab' }}{{ 'cd' }}", { maxOutputChars: 3 })).toThrow(TemplateBudgetError);
  });

  it.each([
    ['brackets', `{{ ${'('.repeat(100_000)}`],
    ['negations', `{{ ${'not '.repeat(100_000)}1 }}`],
    ['signs', `{{ ${'-'.repeat(100_000)}1 }}`],
    ['sums', `{{ 1${'+1'.repeat(100_000)} }}`],
    ['attributes', `{{ a${'.b'.repeat(100_000)} }}`],
    ['filters', `{{ a${'|upper'.repeat(100_000)} }}`],
    ['alternatives', `{{ a${' or a'.repeat(100_000)} }}`],
    ['statements', '{% if 1 %}'.repeat(10_000)],
    ['targets', `{% set ${'('.repeat(100_000)}`],
  ])('refuse a template of very many nested %s', (_, source) => {
    expect(() => compileTemplate(source)).toThrow(expect.objectContaining({ name: 'TemplateSyntaxError' }));
  });
});

describe('the sandbox', () => {
  it.each([
    "{{ ''.constructor }}",
    "{{ ''.__proto__ }}",
    '{{ {}.constructor }}{{ {}.__proto__ }}{{ {}.hasOwnProperty }}{{ {}.toString }}',
    "{{ {}['constructor'] }}{{ {}['__proto__'] }}",
    '{{ [].length }}{{ [].map }}{{ [].constructor }}',
    '{{ namespace().constructor }}{{ namespace().attributes }}',
    '{{ range.call }}{{ range.constructor }}{{ dict.prototype }}',
    '{{ (1).toString }}{{ (1.5).toFixed }}',
    "{{ 'a' | attr('constructor') }}{{ [{}] | map(attribute='__proto__') | join }}",
    '{% for x in [1] %}{{ loop.constructor }}{{ loop.iterator }}{% endfor %}',
    '{{ undefinedname }}{{ constructor }}{{ __proto__ }}{{ globalThis }}{{ process }}',
  ])('shows no property of JavaScript: %s', (source) => {
    expect(render(source)).toBe('');
  });

  it('keeps keys that are names of JavaScript as plain keys', () => {
    const variables = { d: JSON.parse('{"__proto__": 1, "constructor": 2}') as unknown };
    expect(compileTemplate("{{ d['__proto__'] }}{{ d.constructor }}{{ d }}").render(variables)).toBe(
      "12{'__proto__': 1, 'constructor': 2}",
    );
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });
});
