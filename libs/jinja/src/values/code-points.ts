/** Python counts code points where JavaScript counts UTF-16 units. Text without surrogates takes the fast way. */
const surrogate = /[\ud800-\udfff]/;

function hasSurrogates(text: string): boolean {
  return surrogate.test(text);
}

export function codePoints(text: string): string[] {
  return hasSurrogates(text) ? Array.from(text) : text.split('');
}

/** Code point index of a UTF-16 index. */
export function toCodePointIndex(text: string, index: number): number {
  return hasSurrogates(text) ? Array.from(text.slice(0, index)).length : index;
}

/** UTF-16 index of a code point index that is inside the text or at its end. */
export function toUnitIndex(text: string, index: number): number {
  if (!hasSurrogates(text)) {
    return Math.min(index, text.length);
  }
  let unit = 0;
  for (let count = 0; count < index && unit < text.length; count++) {
    unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
  }
  return unit;
}

/** The code point at an index from 0, or undefined past the end. */
export function codePointAt(text: string, index: number): string | undefined {
  if (!hasSurrogates(text)) {
    return index < text.length ? text[index] : undefined;
  }
  const unit = toUnitIndex(text, index);
  const point = text.codePointAt(unit);
  return point === undefined ? undefined : String.fromCodePoint(point);
}

/** Order by code point; UTF-16 order differs where surrogates meet U+E000–U+FFFF. */
export function compareText(left: string, right: string): number {
  if (left === right) {
    return 0;
  }
  if (!hasSurrogates(left) && !hasSurrogates(right)) {
    return left < right ? -1 : 1;
  }
  const a = Array.from(left);
  const b = Array.from(right);
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index].codePointAt(0) ?? 0) - (b[index].codePointAt(0) ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return a.length - b.length;
}
