import { codePointLength } from '@app/python-text';
import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { bindArguments, integerArgument, textArgument } from '../values/arguments.js';
import { Bytes } from '../values/bytes.js';
import { codePoints } from '../values/code-points.js';
import { Dict } from '../values/dict.js';
import { isTrue, toList } from '../values/iteration.js';
import { joinText } from '../values/join-text.js';
import { isText, textOf } from '../values/markup.js';
import { typeName } from '../values/type-name.js';
import type { CallArguments, Value } from '../values/value.js';
import { capitalize, caseFold, isTitleCase, swapCase, titleCase } from './case-mapping.js';
import { type CharacterClass, isCased, isIn, isLowercase, isPrintable, isUppercase } from './character-classes.js';
import { partition, split, splitLines, strip } from './text-split.js';
import { countOf, find, hasAffix } from './text-search.js';

/** A method of a type, called with its object first. */
export type Method<T> = (self: T, args: CallArguments, budget: Budget) => Value;

/** The methods of `str` (but for format and format_map, which need attribute access). */
export const textMethods: ReadonlyMap<string, Method<string>> = new Map<string, Method<string>>([
  ['capitalize', plain('capitalize', capitalize)],
  ['casefold', plain('casefold', caseFold)],
  ['lower', plain('lower', (text) => text.toLowerCase())],
  ['upper', plain('upper', (text) => text.toUpperCase())],
  ['title', plain('title', titleCase)],
  ['swapcase', plain('swapcase', swapCase)],
  ['isalnum', predicate('isalnum', isAlphanumeric)],
  ['isalpha', every('isalpha', 'alpha')],
  ['isdecimal', every('isdecimal', 'decimal')],
  ['isdigit', every('isdigit', 'digit')],
  ['isnumeric', every('isnumeric', 'numeric')],
  ['isspace', every('isspace', 'space')],
  ['isascii', plain('isascii', (text) => codePoints(text).every((character) => character <= '\x7f'))],
  ['isprintable', plain('isprintable', (text) => codePoints(text).every(isPrintable))],
  ['isidentifier', plain('isidentifier', (text) => /^[\p{ID_Start}_]\p{ID_Continue}*$/u.test(text))],
  ['islower', plain('islower', (text) => hasOnlyCase(text, isLowercase))],
  ['isupper', plain('isupper', (text) => hasOnlyCase(text, isUppercase))],
  ['istitle', plain('istitle', isTitleCase)],
  ['strip', stripMethod('strip', 'both')],
  ['lstrip', stripMethod('lstrip', 'left')],
  ['rstrip', stripMethod('rstrip', 'right')],
  ['split', (text, args, budget) => listed(split(text, args, false), text, budget)],
  ['rsplit', (text, args, budget) => listed(split(text, args, true), text, budget)],
  ['splitlines', splitLinesMethod],
  ['partition', (text, args) => partition(text, args, false)],
  ['rpartition', (text, args) => partition(text, args, true)],
  ['find', (text, args, budget) => find('find', text, args, budget)],
  ['rfind', (text, args, budget) => find('rfind', text, args, budget)],
  ['index', (text, args, budget) => find('index', text, args, budget)],
  ['rindex', (text, args, budget) => find('rindex', text, args, budget)],
  ['count', countOf],
  ['startswith', (text, args, budget) => hasAffix('startswith', text, args, budget)],
  ['endswith', (text, args, budget) => hasAffix('endswith', text, args, budget)],
  ['removeprefix', (text, args) => removeAffix('removeprefix', text, args)],
  ['removesuffix', (text, args) => removeAffix('removesuffix', text, args)],
  ['replace', replaceMethod],
  ['join', joinMethod],
  ['center', (text, args, budget) => justify('center', text, args, budget)],
  ['ljust', (text, args, budget) => justify('ljust', text, args, budget)],
  ['rjust', (text, args, budget) => justify('rjust', text, args, budget)],
  ['zfill', zeroFill],
  ['expandtabs', expandTabs],
  ['encode', encode],
  ['maketrans', makeTranslation],
  ['translate', translate],
]);

function plain(name: string, map: (text: string) => string | boolean): Method<string> {
  return (text, args, budget) => {
    const given = args.positional.length;
    if (given > 0) {
      fail('TypeError', `str.${name}() takes no arguments (${given} given)`);
    }
    bindArguments(`str.${name}`, [], args);
    budget.text(text.length);
    return map(text);
  };
}

function predicate(name: string, test: (character: string) => boolean): Method<string> {
  return plain(name, (text) => text !== '' && codePoints(text).every(test));
}

function every(name: string, group: CharacterClass): Method<string> {
  return predicate(name, (character) => isIn(group, character));
}

function isAlphanumeric(character: string): boolean {
  return isIn('alpha', character) || isIn('numeric', character) || isIn('digit', character);
}

function hasOnlyCase(text: string, wanted: (character: string) => boolean): boolean {
  const cased = codePoints(text).filter(isCased);
  return cased.length > 0 && cased.every(wanted);
}

function stripMethod(name: string, side: 'both' | 'left' | 'right'): Method<string> {
  return (text, args, budget) => {
    const [characters] = bindArguments(name, [['chars', null]], args);
    budget.text(text.length);
    return strip(text, characters === null ? undefined : textArgument(characters, `${name} arg`), side);
  };
}

function listed(parts: string[], text: string, budget: Budget): string[] {
  budget.text(text.length);
  budget.list(parts.length);
  return parts;
}

function splitLinesMethod(text: string, args: CallArguments, budget: Budget): Value {
  const [keepEnds] = bindArguments('splitlines', [['keepends', false]], args);
  return listed(splitLines(text, isTrue(keepEnds)), text, budget);
}

function removeAffix(name: 'removeprefix' | 'removesuffix', text: string, args: CallArguments): string {
  const [affix] = bindArguments(`str.${name}`, ['affix'], args);
  const wanted = textArgument(affix, `${name}() argument`);
  if (name === 'removeprefix') {
    return text.startsWith(wanted) ? text.slice(wanted.length) : text;
  }
  return wanted !== '' && text.endsWith(wanted) ? text.slice(0, -wanted.length) : text;
}

function replaceMethod(text: string, args: CallArguments, budget: Budget): string {
  const [from, to, limit] = bindArguments('replace', ['old', 'new', ['count', -1n]], args);
  return replaceText(
    text,
    {
      from: textArgument(from, 'replace() argument 1'),
      to: textArgument(to, 'replace() argument 2'),
      limit: integerArgument(limit),
    },
    budget,
  );
}

/** `str.replace`; a negative limit means all. */
export function replaceText(
  text: string,
  { from, to, limit }: { readonly from: string; readonly to: string; readonly limit: number },
  budget: Budget,
): string {
  const pieces = from === '' ? ['', ...codePoints(text), ''] : text.split(from);
  const count = limit < 0 ? pieces.length - 1 : Math.min(limit, pieces.length - 1);
  budget.text(text.length + count * to.length);
  if (count === pieces.length - 1) {
    return pieces.join(to);
  }
  return pieces.slice(0, count).join(to) + (count > 0 ? to : '') + pieces.slice(count).join(from);
}

function joinMethod(separator: string, args: CallArguments, budget: Budget): string {
  const [iterable] = bindArguments('str.join', ['iterable'], args);
  const parts = toList(iterable, budget).map((item, index) =>
    isText(item)
      ? textOf(item)
      : fail('TypeError', `sequence item ${index}: expected str instance, ${typeName(item)} found`),
  );
  return joinText(parts, separator, budget);
}

function justify(name: 'center' | 'ljust' | 'rjust', text: string, args: CallArguments, budget: Budget): string {
  const [width, fill] = bindArguments(name, ['width', ['fillchar', ' ']], args);
  const character = textArgument(fill, 'The fill character');
  if (codePointLength(character) !== 1) {
    fail('TypeError', 'The fill character must be exactly one character long');
  }
  const missing = integerArgument(width) - codePointLength(text);
  if (missing <= 0) {
    return text;
  }
  budget.text(text.length + missing * character.length);
  if (name === 'ljust') {
    return text + character.repeat(missing);
  }
  // CPython puts the odd character of `center` on the left only when the width is odd too.
  const left = name === 'rjust' ? missing : Math.floor(missing / 2) + (missing & integerArgument(width) & 1);
  return character.repeat(left) + text + character.repeat(missing - left);
}

function zeroFill(text: string, args: CallArguments, budget: Budget): string {
  const [width] = bindArguments('str.zfill', ['width'], args);
  const missing = integerArgument(width) - codePointLength(text);
  if (missing <= 0) {
    return text;
  }
  budget.text(text.length + missing);
  const sign = text.startsWith('+') || text.startsWith('-') ? text[0] : '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}

function expandTabs(text: string, args: CallArguments, budget: Budget): string {
  const [size] = bindArguments('expandtabs', [['tabsize', 8n]], args);
  const width = integerArgument(size);
  let out = '';
  let column = 0;
  for (const character of text) {
    if (character === '\t') {
      const spaces = width > 0 ? width - (column % width) : 0;
      budget.text(out.length + spaces);
      out += ' '.repeat(spaces);
      column += spaces;
    } else {
      out += character;
      column = character === '\n' || character === '\r' ? 0 : column + 1;
    }
  }
  return out;
}

function encode(text: string, args: CallArguments, budget: Budget): Value {
  const [encoding] = bindArguments(
    'encode',
    [
      ['encoding', 'utf-8'],
      ['errors', 'strict'],
    ],
    args,
  );
  budget.text(text.length * 3);
  return Bytes.encode(text, textArgument(encoding, 'encode() argument'));
}

function makeTranslation(_text: string, { positional }: CallArguments, budget: Budget): Value {
  const [from, to, dropped] = positional;
  if (from instanceof Dict && positional.length === 1) {
    return Dict.of(
      Array.from(from.pairs(), ([key, value]) => [isText(key) ? codeOf(textOf(key)) : key, value] as const),
      budget,
    );
  }
  if (from === undefined || to === undefined || !isText(from) || !isText(to)) {
    return fail('TypeError', 'if you give only one argument to maketrans it must be a dict');
  }
  const sources = codePoints(textOf(from));
  const targets = codePoints(textOf(to));
  if (sources.length !== targets.length) {
    fail('ValueError', 'the first two maketrans arguments must have equal length');
  }
  const pairs: [Value, Value][] = sources.map((source, index) => [codeOf(source), codeOf(targets[index])]);
  if (dropped !== undefined) {
    pairs.push(
      ...codePoints(textArgument(dropped, 'maketrans() argument 3')).map((each): [Value, Value] => [
        codeOf(each),
        null,
      ]),
    );
  }
  return Dict.of(pairs, budget);
}

function codeOf(character: string): bigint {
  return BigInt(character.codePointAt(0) ?? 0);
}

function translate(text: string, args: CallArguments, budget: Budget): string {
  const [table] = bindArguments('str.translate', ['table'], args);
  if (!(table instanceof Dict)) {
    return fail('TypeError', `'${typeName(table)}' object is not subscriptable`);
  }
  const parts = codePoints(text).map((character) => {
    const target = table.get(codeOf(character));
    if (target === undefined) {
      return character;
    }
    if (target === null) {
      return '';
    }
    if (typeof target !== 'bigint') {
      return textArgument(target, 'character mapping');
    }
    return target >= 0n && target <= 0x10ffffn
      ? String.fromCodePoint(Number(target))
      : fail('ValueError', 'character mapping must be in range(0x110000)');
  });
  return joinText(parts, '', budget);
}
