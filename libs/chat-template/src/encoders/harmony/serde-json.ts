/** JSON as Rust's serde_json prints it: no spaces, and an exponent for other numbers than in JavaScript. Whole numbers may be BigInt. */
export function serdeJson(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return numberText(value);
    case 'bigint':
      return value >= -(2n ** 63n) && value < 2n ** 64n ? String(value) : numberText(Number(value));
    case 'object':
      if (Array.isArray(value)) return `[${value.map(serdeJson).join(',')}]`;
      if (value !== null)
        return `{${Object.entries(value)
          .map(([key, item]) => `${JSON.stringify(key)}:${serdeJson(item)}`)
          .join(',')}}`;
      return 'null';
    default:
      return JSON.stringify(value);
  }
}

/** A whole number beyond 2^53 was written as a float, or it would have come as BigInt. */
function numberText(value: number): string {
  const [digits, exponent] = value.toExponential().split('e');
  return Number(exponent) < -5 || Number(exponent) > 15 ? `${digits}e${exponent}` : String(value);
}
