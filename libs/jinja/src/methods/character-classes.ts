/** Python's character predicates by Unicode property. Each takes one code point. */
const patterns = {
  space: /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/,
  alpha: /^\p{L}$/u,
  decimal: /^\p{Nd}$/u,
  digit:
    /^[\p{Nd}\xb2\xb3\xb9\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792]$/u,
  numeric:
    /^[\p{N}\u3405\u3483\u382a\u3b4d\u4e00\u4e03\u4e07\u4e09\u4e24\u4e5d\u4e8c\u4e94\u4ebf\u5104\u516b\u516d\u5341\u5343\u56db\u767e\u842c]$/u,
  uppercase: /^\p{Uppercase}$/u,
  lowercase: /^\p{Lowercase}$/u,
  title: /^\p{Lt}$/u,
  unprintable: /^[\p{C}\p{Z}]$/u,
};

export type CharacterClass = 'space' | 'alpha' | 'decimal' | 'digit' | 'numeric';

export function isIn(group: CharacterClass, character: string): boolean {
  return patterns[group].test(character);
}

export function isSpace(character: string): boolean {
  return patterns.space.test(character);
}

export function isUppercase(character: string): boolean {
  return patterns.uppercase.test(character);
}

export function isLowercase(character: string): boolean {
  return patterns.lowercase.test(character);
}

export function isTitlecase(character: string): boolean {
  return patterns.title.test(character);
}

export function isPrintable(character: string): boolean {
  return character === ' ' || !patterns.unprintable.test(character);
}

export function isCased(character: string): boolean {
  return isUppercase(character) || isLowercase(character) || isTitlecase(character);
}
