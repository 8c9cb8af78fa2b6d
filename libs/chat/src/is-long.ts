/** More take over 5 ms. */
const MANY_MESSAGES = 250;
const MANY_VALUES = 3000;
/** Of a call's arguments, which are JSON as a text. */
const CHARACTERS_PER_VALUE = 32;

/** Rendering it would hold up the event loop. Looks at no more of it than it takes to know. */
export function isLong(conversation: { readonly messages: readonly unknown[] }): boolean {
  return conversation.messages.length > MANY_MESSAGES || countValues(conversation, MANY_VALUES) > MANY_VALUES;
}

/** Values inside of a value and itself; stops soon after `enough`. */
function countValues(value: unknown, enough: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const key in value) {
    const inner = (value as Readonly<Record<string, unknown>>)[key];
    count +=
      key === 'arguments' && typeof inner === 'string'
        ? inner.length / CHARACTERS_PER_VALUE
        : countValues(inner, enough - count);
    if (count > enough) break;
  }
  return count;
}
