import { codePointLength } from '@app/python-text';
import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { codePoints } from '../values/code-points.js';

interface WrapOptions {
  readonly width: number;
  readonly breakLongWords: boolean;
  readonly breakOnHyphens: boolean;
}

/** Wraps one line of text as Python's `textwrap.wrap` does with tabs and white space left as they are. */
export function wordWrap(line: string, options: WrapOptions, budget: Budget): string[] {
  if (options.width <= 0) {
    fail('ValueError', `invalid width ${options.width} (must be > 0)`);
  }
  const chunks = (options.breakOnHyphens ? splitAtHyphens(line) : splitWords(line)).reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    budget.step();
    const text = takeLine(chunks, lines.length > 0, options, budget);
    if (text !== undefined) {
      lines.push(text);
    }
  }
  return lines;
}

/** Fills one line from the stack of chunks; undefined when only white space was left. */
function takeLine(chunks: string[], isLater: boolean, options: WrapOptions, budget: Budget): string | undefined {
  const { width } = options;
  const taken: string[] = [];
  let length = 0;
  if (isLater && isBlank(chunks[chunks.length - 1])) {
    chunks.pop();
  }
  while (chunks.length > 0) {
    budget.step();
    const size = codePointLength(chunks[chunks.length - 1]);
    if (length + size > width) {
      break;
    }
    taken.push(chunks.pop() ?? '');
    length += size;
  }
  const next = chunks.at(-1);
  if (next !== undefined && codePointLength(next) > width) {
    if (options.breakLongWords) {
      const [head, rest] = breakWord(next, width - length, options.breakOnHyphens);
      taken.push(head);
      chunks[chunks.length - 1] = rest;
    } else if (taken.length === 0) {
      taken.push(chunks.pop() ?? '');
    }
  }
  if (taken.length > 0 && isBlank(taken[taken.length - 1])) {
    taken.pop();
  }
  return taken.length > 0 ? taken.join('') : undefined;
}

function breakWord(word: string, room: number, atHyphen: boolean): [string, string] {
  const points = codePoints(word);
  let end = room;
  if (atHyphen && points.length > room) {
    const hyphen = points.lastIndexOf('-', room - 1);
    if (hyphen > 0 && room > 0 && points.slice(0, hyphen).some((character) => character !== '-')) {
      end = hyphen + 1;
    }
  }
  return [points.slice(0, end).join(''), points.slice(end).join('')];
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}

function splitWords(line: string): string[] {
  return line.split(/([\t\n\v\f\r ]+)/).filter((chunk) => chunk !== '');
}

/** Words that hold a hyphen between letters, and dashes between words, may be broken after them. */
function splitAtHyphens(line: string): string[] {
  return splitWords(line).flatMap((chunk) => (isBlank(chunk) ? [chunk] : splitWord(chunk)));
}

const letter = /[\p{L}_]/u;
const wordCharacter = /[\p{L}\p{N}_]/u;
const beforeDash = /[\p{L}\p{N}_!"'&.,?]/u;

function splitWord(word: string): string[] {
  const points = codePoints(word);
  const parts: string[] = [];
  let start = 0;
  const cut = (end: number): void => {
    if (end > start) {
      parts.push(points.slice(start, end).join(''));
      start = end;
    }
  };
  let at = 0;
  while (at < points.length) {
    if (points[at] !== '-') {
      at++;
      continue;
    }
    let end = at;
    while (points[end] === '-') {
      end++;
    }
    const dashes = end - at;
    if (dashes >= 2 && at > 0 && beforeDash.test(points[at - 1]) && isMatch(wordCharacter, points[end])) {
      cut(at);
      cut(end);
    } else if (dashes === 1 && isHyphenBreak(points, at)) {
      cut(end);
    }
    at = end;
  }
  cut(points.length);
  return parts;
}

/** After `ab-` or `a-b-`, before two letters (with or without a hyphen between them). */
function isHyphenBreak(points: readonly string[], at: number): boolean {
  const isLetter = (index: number): boolean => isMatch(letter, points[index]);
  const before = isLetter(at - 1) && (isLetter(at - 2) || (points[at - 2] === '-' && isLetter(at - 3)));
  const after = isLetter(at + 1) && (isLetter(at + 2) || (points[at + 2] === '-' && isLetter(at + 3)));
  return before && after;
}

function isMatch(pattern: RegExp, character: string | undefined): boolean {
  return character !== undefined && pattern.test(character);
}
