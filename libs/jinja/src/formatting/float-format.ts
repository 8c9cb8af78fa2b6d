import { exponentText, scaledDecimal } from '../values/float-text.js';

/** A double in one of printf's notations, correctly rounded from its exact value. */
export interface FloatNotation {
  readonly kind: 'f' | 'e' | 'g' | 'repr-g';
  /** Digits after the point (`f`, `e`) or significant digits (`g`). */
  readonly precision: number;
  /** `#`: keep the point and trailing zeros. */
  readonly alternate: boolean;
}

/** @param value finite and not negative */
export function formatMagnitude(value: number, { kind, precision, alternate }: FloatNotation): string {
  switch (kind) {
    case 'f':
      return withPoint(scaledDecimal(value, precision).toString(), precision, alternate);
    case 'e': {
      const { digits, exponent } = significant(value, precision + 1);
      return withPoint(digits, precision, alternate) + exponentText(exponent);
    }
    case 'g':
    case 'repr-g':
      return general(value, Math.max(precision, 1), kind === 'repr-g', alternate);
  }
}

/** Integer digits with the point put in `decimals` places from the end. */
function withPoint(digits: string, decimals: number, alternate: boolean): string {
  const padded = digits.padStart(decimals + 1, '0');
  const whole = padded.slice(0, padded.length - decimals);
  const fraction = padded.slice(padded.length - decimals);
  return decimals > 0 ? `${whole}.${fraction}` : alternate ? `${whole}.` : whole;
}

/** The first `count` significant digits, rounded half to even, and the exponent of the first. */
function significant(value: number, count: number): { digits: string; exponent: number } {
  if (value === 0) {
    return { digits: '0'.repeat(count), exponent: 0 };
  }
  let exponent = Number(value.toExponential().split('e')[1]);
  for (;;) {
    const digits = scaledDecimal(value, count - 1 - exponent).toString();
    if (digits.length === count) {
      return { digits, exponent };
    }
    // The shortest text may round up into the next decade, and so may we.
    exponent += digits.length > count ? 1 : -1;
  }
}

function general(value: number, precision: number, keepsPoint: boolean, alternate: boolean): string {
  const { digits, exponent } = significant(value, precision);
  const limit = keepsPoint ? precision - 1 : precision;
  const trim = (text: string): string => (alternate || !text.includes('.') ? text : text.replace(/\.?0+$/, ''));
  if (exponent < -4 || exponent >= limit) {
    return trim(withPoint(digits, precision - 1, alternate)) + exponentText(exponent);
  }
  const decimals = precision - 1 - exponent;
  const text = trim(withPoint(digits, decimals, alternate));
  return keepsPoint && !text.includes('.') ? `${text}.0` : text;
}
