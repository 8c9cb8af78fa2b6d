import { pythonFloat } from '@app/python-text';

/** A finished piece of JSON, to be put into a larger one as it stands. */
export class RawJson {
  constructor(readonly text: string) {}
}

/** A float as Python's `json` writes it: `-1.0`, `1e-05`, `-0.10000000149011612`. The value must be finite. */
export function jsonFloat(value: number): RawJson {
  return new RawJson(pythonFloat(value));
}

/** Compact JSON, keys in insertion order, `undefined` members left out; `RawJson` pieces are copied. Text is not ASCII-escaped. */
export function jsonText(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => jsonText(item ?? null)).join(',')}]`;
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Map) return objectText([...(value as Map<string, unknown>)]);
  if (value !== null && typeof value === 'object') return objectText(Object.entries(value));
  return JSON.stringify(value);
}

/** As `jsonText`, with Python's default separators: a space after each comma and colon. */
export function spacedJsonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJsonText).join(', ')}]`;
  if (value === null || typeof value !== 'object' || value instanceof RawJson) return jsonText(value);
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}: ${spacedJsonText(item)}`).join(', ')}}`;
}

function objectText(entries: readonly (readonly [string, unknown])[]): string {
  const members = entries.filter(([, value]) => value !== undefined);
  return `{${members.map(([key, value]) => `${JSON.stringify(key)}:${jsonText(value)}`).join(',')}}`;
}
