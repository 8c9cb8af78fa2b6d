import { fail } from '../errors.js';
import { bindArguments, integerArgument, textArgument } from '../values/arguments.js';
import { Tuple } from '../values/tuple.js';
import type { CallArguments, Value } from '../values/value.js';
import { isSpace } from './character-classes.js';

/** `split` and `rsplit`: at a separator, or at runs of white space without one. */
export function split(text: string, args: CallArguments, fromEnd: boolean): string[] {
  const name = fromEnd ? 'rsplit' : 'split';
  const [separator, limit] = bindArguments(
    name,
    [
      ['sep', null],
      ['maxsplit', -1n],
    ],
    args,
  );
  const count = integerArgument(limit);
  const maximum = count < 0 ? Infinity : count;
  if (separator === null) {
    return fromEnd ? splitWordsFromEnd(text, maximum) : splitWords(text, maximum);
  }
  const mark = textArgument(separator, 'must be str or None; separator');
  if (mark === '') {
    fail('ValueError', 'empty separator');
  }
  const parts = text.split(mark);
  if (parts.length - 1 <= maximum) {
    return parts;
  }
  return fromEnd
    ? [parts.slice(0, parts.length - maximum).join(mark), ...parts.slice(parts.length - maximum)]
    : [...parts.slice(0, maximum), parts.slice(maximum).join(mark)];
}

function splitWords(text: string, maximum: number): string[] {
  const words: string[] = [];
  let at = skipSpace(text, 0);
  while (at < text.length) {
    if (words.length >= maximum) {
      words.push(text.slice(at));
      break;
    }
    let end = at;
    while (end < text.length && !isSpace(text[end])) {
      end++;
    }
    words.push(text.slice(at, end));
    at = skipSpace(text, end);
  }
  return words;
}

function splitWordsFromEnd(text: string, maximum: number): string[] {
  const words: string[] = [];
  let end = stripEnd(text).length;
  while (end > 0) {
    if (words.length >= maximum) {
      words.push(text.slice(0, end));
      break;
    }
    let start = end;
    while (start > 0 && !isSpace(text[start - 1])) {
      start--;
    }
    words.push(text.slice(start, end));
    end = stripEnd(text.slice(0, start)).length;
  }
  return words.reverse();
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text[at])) {
    at++;
  }
  return at;
}

function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1])) {
    end--;
  }
  return text.slice(0, end);
}

/** `splitlines`, at every line boundary of Unicode. */
export function splitLines(text: string, keepEnds = false): string[] {
  const parts = text.split(/(\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])/);
  const lines: string[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const end = parts[index + 1];
    if (end === undefined && parts[index] === '') {
      break;
    }
    lines.push(keepEnds ? parts[index] + (end ?? '') : parts[index]);
  }
  return lines;
}

/** `partition` and `rpartition`. */
export function partition(text: string, args: CallArguments, fromEnd: boolean): Tuple {
  const [separator] = bindArguments(fromEnd ? 'rpartition' : 'partition', ['sep'], args);
  const mark = textArgument(separator, 'must be str; separator');
  if (mark === '') {
    fail('ValueError', 'empty separator');
  }
  const at = fromEnd ? text.lastIndexOf(mark) : text.indexOf(mark);
  const parts: Value[] =
    at >= 0 ? [text.slice(0, at), mark, text.slice(at + mark.length)] : fromEnd ? ['', '', text] : [text, '', ''];
  return new Tuple(parts);
}

/** `strip`, `lstrip`, `rstrip`: white space, or any of the given characters. */
export function strip(text: string, characters: string | undefined, side: 'both' | 'left' | 'right'): string {
  if (characters === undefined) {
    const start = side === 'right' ? 0 : skipSpace(text, 0);
    return side === 'left' ? text.slice(start) : stripEnd(text.slice(start));
  }
  const set = new Set(characters);
  const points = Array.from(text);
  let start = 0;
  let end = points.length;
  while (side !== 'right' && start < end && set.has(points[start])) {
    start++;
  }
  while (side !== 'left' && end > start && set.has(points[end - 1])) {
    end--;
  }
  return points.slice(start, end).join('');
}
