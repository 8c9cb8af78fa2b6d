/** Error messages of the wire show values as Python prints them. */

/** `repr` of a float: always with a point or an exponent. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  }
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude >= 1e16 || magnitude < 1e-4)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  if (Object.is(value, -0)) {
    return '-0.0';
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** `repr` of an integer. */
export function pythonInt(value: number | bigint): string {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

/** `repr` of a JSON value; `undefined` is `None`, and a number without a fraction an integer. */
export function pythonRepr(value: unknown): string {
  if (Array.isArray(value)) return pythonList(value);
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      return Number.isInteger(value) ? pythonInt(value) : pythonFloat(value);
    case 'bigint':
      return pythonInt(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'object':
      return value === null ? 'None' : pythonDict(value);
    default:
      return 'None';
  }
}

/** `repr` of a list of JSON values. */
export function pythonList(values: readonly unknown[]): string {
  return `[${values.map(pythonRepr).join(', ')}]`;
}

function pythonDict(value: object): string {
  return `{${Object.entries(value)
    .map(([key, item]) => `${quoted(key)}: ${pythonRepr(item)}`)
    .join(', ')}}`;
}

/** `repr` of a tuple of integers. */
export function pythonTuple(values: readonly number[]): string {
  return `(${values.join(', ')}${values.length === 1 ? ',' : ''})`;
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replace(/\\/g, '\\\\')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t')
    .replace(/[\p{Cc}\p{Surrogate}]/gu, (unit) => {
      const code = unit.charCodeAt(0);
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
    });
  return quote + (quote === "'" ? escaped.replace(/'/g, "\\'") : escaped) + quote;
}
