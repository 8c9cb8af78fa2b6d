const SURROGATE = /[\ud800-\udfff]/;

/** Python's `len` of a text: code points where JavaScript counts UTF-16 units. Text without surrogates takes the fast way. */
export function codePointLength(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let count = 0;
  for (let unit = 0; unit < text.length; count++) {
    unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
  }
  return count;
}
