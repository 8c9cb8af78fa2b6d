import { codePointLength } from '@app/python-text';
import { fail } from '../errors.js';
import { percentFormat } from '../formatting/percent-format.js';
import { capitalize } from '../methods/case-mapping.js';
import { replaceText, textMethods } from '../methods/text-methods.js';
import { splitLines, strip } from '../methods/text-split.js';
import { hasAttribute, getAttribute } from '../runtime/attributes.js';
import { integerArgument, textArgument } from '../values/arguments.js';
import { escaped } from '../values/arithmetic.js';
import { codePoints } from '../values/code-points.js';
import { Dict } from '../values/dict.js';
import { isTrue, lengthOf, toList } from '../values/iteration.js';
import { joinText } from '../values/join-text.js';
import { isText, Markup, textOf } from '../values/markup.js';
import { toText } from '../values/repr.js';
import { Tuple } from '../values/tuple.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';
import { attributeGetter } from './attribute-path.js';
import { define, type Filter, type FilterContext } from './filter.js';
import { prettyPrint } from './pretty-print.js';
import { wordWrap } from './word-wrap.js';

const defaultFilter = define(
  'do_default',
  [
    ['default_value', ''],
    ['boolean', false],
  ],
  (value, [fallback, boolean]) =>
    value instanceof Undefined || (isTrue(boolean) && !isTrue(value)) ? fallback : value,
);

export const textFilters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['default', defaultFilter],
  ['d', defaultFilter],
  [
    'string',
    define('soft_str', [], (value, _, { budget }) => (value instanceof Markup ? value : toText(value, budget))),
  ],
  ['upper', mapped('do_upper', (text) => text.toUpperCase())],
  ['lower', mapped('do_lower', (text) => text.toLowerCase())],
  ['capitalize', mapped('do_capitalize', capitalize)],
  ['title', mapped('do_title', titleWords)],
  ['trim', define('do_trim', [['chars', null]], trim)],
  ['center', define('do_center', [['width', 80n]], center)],
  ['replace', define('do_replace', ['old', 'new', ['count', null]], replace)],
  [
    'join',
    define(
      'do_join',
      [
        ['d', ''],
        ['attribute', null],
      ],
      join,
    ),
  ],
  ['format', formatFilter],
  [
    'indent',
    define(
      'do_indent',
      [
        ['width', 4n],
        ['first', false],
        ['blank', false],
      ],
      indent,
    ),
  ],
  [
    'truncate',
    define(
      'do_truncate',
      [
        ['length', 255n],
        ['killwords', false],
        ['end', '...'],
        ['leeway', null],
      ],
      truncate,
    ),
  ],
  [
    'wordwrap',
    define(
      'do_wordwrap',
      [
        ['width', 79n],
        ['break_long_words', true],
        ['wrapstring', null],
        ['break_on_hyphens', true],
      ],
      wrap,
    ),
  ],
  ['wordcount', define('do_wordcount', [], wordCount)],
  ['pprint', define('do_pprint', [], (value, _, { budget }) => prettyPrint(value, budget))],
  ['attr', define('do_attr', ['name'], attribute)],
]);

function mapped(callee: string, map: (text: string) => string): Filter {
  return define(callee, [], (value, _, { budget }) => {
    const text = toText(value, budget);
    budget.text(text.length);
    return value instanceof Markup ? new Markup(map(text)) : map(text);
  });
}

function titleWords(text: string): string {
  return text
    .split(/([-\s({[<]+)/)
    .filter((part) => part !== '')
    .map((part) => {
      const head = String.fromCodePoint(part.codePointAt(0) ?? 0);
      return head.toUpperCase() + part.slice(head.length).toLowerCase();
    })
    .join('');
}

function trim(value: Value, [characters]: readonly Value[], { budget }: FilterContext): Value {
  const text = toText(value, budget);
  budget.text(text.length);
  const set = characters === null ? undefined : textArgument(characters, 'strip arg');
  const trimmed = strip(text, set, 'both');
  return value instanceof Markup ? new Markup(trimmed) : trimmed;
}

function center(value: Value, [width]: readonly Value[], { budget }: FilterContext): Value {
  const method = textMethods.get('center') ?? fail('AttributeError', 'center');
  const centred = method(toText(value, budget), { positional: [width], keyword: new Map() }, budget);
  return value instanceof Markup && typeof centred === 'string' ? new Markup(centred) : centred;
}

function replace(value: Value, [from, to, count]: readonly Value[], { budget, autoescape }: FilterContext): Value {
  const limit = count === null ? -1 : integerArgument(count);
  const old = toText(from, budget);
  const by = toText(to, budget);
  if (!autoescape) {
    return replaceText(toText(value, budget), { from: old, to: by, limit }, budget);
  }
  const marks = from instanceof Markup || (to instanceof Markup && !(value instanceof Markup));
  const isMarkup = marks || value instanceof Markup;
  const text = toText(value, budget);
  const subject = marks && !(value instanceof Markup) ? escaped(text) : text;
  const escapeIf = (part: Value, plain: string): string =>
    isMarkup && !(part instanceof Markup) ? escaped(plain) : plain;
  const replaced = replaceText(subject, { from: escapeIf(from, old), to: escapeIf(to, by), limit }, budget);
  return isMarkup ? new Markup(replaced) : replaced;
}

function join(value: Value, [separator, attribute]: readonly Value[], { budget, autoescape }: FilterContext): Value {
  const get = attributeGetter(attribute, budget);
  const items = toList(value, budget).map((item) => get(item));
  const mark = toText(separator, budget);
  if (!autoescape || !(separator instanceof Markup || items.some((item) => item instanceof Markup))) {
    return joinText(
      items.map((item) => toText(item, budget)),
      mark,
      budget,
    );
  }
  const parts = items.map((item) => (item instanceof Markup ? item.value : escaped(toText(item, budget))));
  return new Markup(joinText(parts, separator instanceof Markup ? separator.value : escaped(mark), budget));
}

function formatFilter(...[value, { positional, keyword }, { budget }]: Parameters<Filter>): Value {
  if (positional.length > 0 && keyword.size > 0) {
    fail('FilterArgumentError', "can't handle positional and keyword arguments at the same time");
  }
  const values = keyword.size > 0 ? Dict.ofText(keyword) : new Tuple(positional);
  const text = percentFormat(toText(value, budget), values, budget, value instanceof Markup);
  return value instanceof Markup ? new Markup(text) : text;
}

function indent(value: Value, [width, first, blank]: readonly Value[], { budget }: FilterContext): Value {
  const margin = isText(width) ? textOf(width) : ' '.repeat(allowedSpaces(integerArgument(width), budget));
  if (!isText(value)) {
    return value instanceof Undefined ? value.raise() : unsupportedIndent(value);
  }
  // The newline is what makes Jinja keep a last empty line.
  const lines = splitLines(`${textOf(value)}\n`);
  budget.text(lines.length * margin.length);
  const rest = lines.slice(1).map((line) => (line !== '' || isTrue(blank) ? margin + line : line));
  const text = (isTrue(first) ? margin : '') + joinText([lines[0], ...rest], '\n', budget);
  return value instanceof Markup ? new Markup(text) : text;
}

function unsupportedIndent(value: Value): never {
  return Array.isArray(value)
    ? fail('AttributeError', "'list' object has no attribute 'splitlines'")
    : fail('TypeError', `unsupported operand type(s) for +=: '${typeName(value)}' and 'str'`);
}

function allowedSpaces(count: number, budget: FilterContext['budget']): number {
  const spaces = Math.max(0, count);
  budget.text(spaces);
  return spaces;
}

const defaultLeeway = 5n;

function truncate(value: Value, bound: readonly Value[], { budget }: FilterContext): Value {
  const [length, killWords, end, leeway] = bound;
  const limit = integerArgument(length);
  const slack = integerArgument(leeway ?? defaultLeeway);
  const tail = textArgument(end, 'end');
  const tailLength = codePointLength(tail);
  if (limit < tailLength) {
    fail('AssertionError', `expected length >= ${tailLength}, got ${limit}`);
  }
  if (slack < 0) {
    fail('AssertionError', `expected leeway >= 0, got ${slack}`);
  }
  if (lengthOf(value) <= limit + slack) {
    return value;
  }
  if (!isText(value)) {
    return fail('TypeError', `'${typeName(value)}' object cannot be truncated`);
  }
  budget.text(textOf(value).length);
  const cut = codePoints(textOf(value))
    .slice(0, limit - tailLength)
    .join('');
  const space = cut.lastIndexOf(' ');
  return (isTrue(killWords) || space < 0 ? cut : cut.slice(0, space)) + tail;
}

function wrap(value: Value, bound: readonly Value[], { budget }: FilterContext): Value {
  const [width, breakLongWords, wrapString, breakOnHyphens] = bound;
  const separator = wrapString === null ? '\n' : textArgument(wrapString, 'wrapstring');
  const options = {
    width: integerArgument(width),
    breakLongWords: isTrue(breakLongWords),
    breakOnHyphens: isTrue(breakOnHyphens),
  };
  const text = isText(value)
    ? textOf(value)
    : fail('AttributeError', `'${typeName(value)}' object has no attribute 'splitlines'`);
  budget.text(text.length);
  const lines = splitLines(text).map((line) => joinText(wordWrap(line, options, budget), separator, budget));
  return joinText(lines, separator, budget);
}

function wordCount(value: Value, _: readonly Value[], { budget }: FilterContext): Value {
  const text = toText(value, budget);
  budget.text(text.length);
  return BigInt(text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0);
}

function attribute(value: Value, [name]: readonly Value[], { budget }: FilterContext): Value {
  const key = textArgument(name, 'attribute name');
  if (value instanceof Undefined) {
    return value.raise();
  }
  return hasAttribute(value, key) ? getAttribute(value, key, budget) : new Undefined({ owner: value, name: key });
}
