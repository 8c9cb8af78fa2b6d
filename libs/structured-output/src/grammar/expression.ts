/** A set of characters: code points, both ends included. */
export type CharacterRange = readonly [first: number, last: number];

/** What a text may be. Immutable, so that parts can be shared. */
export type Expression =
  | { readonly type: 'literal'; readonly text: string }
  /** One of these characters; sorted, without overlaps. */
  | { readonly type: 'characters'; readonly ranges: readonly CharacterRange[] }
  | { readonly type: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly type: 'choice'; readonly options: readonly Expression[] }
  /** `most` undefined: any number. */
  | { readonly type: 'repeat'; readonly part: Expression; readonly least: number; readonly most: number | undefined }
  | { readonly type: 'rule'; readonly name: string }
  /** Any text, in which each trigger leads to its rule; after it the text goes on when `loop`. Ends with one of `stops`, or anywhere if there are none. */
  | {
      readonly type: 'dispatch';
      readonly triggers: readonly (readonly [trigger: string, rule: string])[];
      readonly stops: readonly string[];
      readonly loop: boolean;
    };

/** The empty text. */
export const EMPTY: Expression = { type: 'sequence', parts: [] };
/** No text at all. */
export const NOTHING: Expression = { type: 'choice', options: [] };

export function literal(text: string): Expression {
  return text === '' ? EMPTY : { type: 'literal', text };
}

export function rule(name: string): Expression {
  return { type: 'rule', name };
}

/** One after the other; nothing when one of them is. */
export function sequence(...parts: readonly Expression[]): Expression {
  if (parts.some(isNothing)) return NOTHING;
  const flat = parts.flatMap((part) => (part.type === 'sequence' ? part.parts : [part]));
  return flat.length === 1 ? flat[0] : { type: 'sequence', parts: flat };
}

export function choice(options: readonly Expression[]): Expression {
  const flat = options.flatMap((option) => (option.type === 'choice' ? option.options : [option]));
  return flat.length === 1 ? flat[0] : { type: 'choice', options: flat };
}

export function repeat(part: Expression, least: number, most?: number): Expression {
  if (most === 0 || (isNothing(part) && least === 0)) return EMPTY;
  if (isNothing(part) || (most !== undefined && most < least)) return NOTHING;
  return least === 1 && most === 1 ? part : { type: 'repeat', part, least, most };
}

export function optional(part: Expression): Expression {
  return repeat(part, 0, 1);
}

export function isNothing(expression: Expression): boolean {
  return expression.type === 'choice' && expression.options.length === 0;
}

export const LAST_CODE_POINT = 0x10ffff;
const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;

/** Of these characters those that a text can hold: no halves of surrogate pairs. */
export function characters(ranges: readonly CharacterRange[]): Expression {
  const normal = normalRanges(ranges);
  return normal.length === 0 ? NOTHING : { type: 'characters', ranges: normal };
}

/** Sorted, joined, without surrogates. */
export function normalRanges(ranges: readonly CharacterRange[]): CharacterRange[] {
  const sorted = ranges
    .flatMap(([first, last]): CharacterRange[] => [
      [first, Math.min(last, FIRST_SURROGATE - 1)],
      [Math.max(first, LAST_SURROGATE + 1), last],
    ])
    .filter(([first, last]) => first <= last)
    .sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [first, last] of sorted) {
    const previous = joined.at(-1);
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else joined.push([first, last]);
  }
  return joined;
}

/** All characters but these. */
export function complement(ranges: readonly CharacterRange[]): CharacterRange[] {
  const rest: CharacterRange[] = [];
  let next = 0;
  for (const [first, last] of normalRanges(ranges)) {
    if (first > next) rest.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= LAST_CODE_POINT) rest.push([next, LAST_CODE_POINT]);
  return normalRanges(rest);
}

/** Characters that are in both. */
export function intersection(a: readonly CharacterRange[], b: readonly CharacterRange[]): CharacterRange[] {
  return complement([...complement(a), ...complement(b)]);
}
