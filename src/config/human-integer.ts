/** A text that is no value of its option; the message says what was expected. */
export class OptionValueError extends Error {}

/** Lower-case suffixes are powers of 1000 and take decimals, upper-case ones powers of 1024 and do not. */
const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
};

/** `8k` = 8000, `1.5m` = 1500000, `8K` = 8192. Throws `OptionValueError`. */
export function toHumanInteger(text: string): number {
  const match = /^\s*([+-]?\d{1,15})(\.\d{1,15})?([kmgtKMGT]?)\s*$/.exec(text);
  const [, whole = '', fraction, suffix = ''] = match ?? [];
  const decimalsAllowed = /^[kmgt]$/.test(suffix);
  const value = Math.round(Number(`${whole}${fraction ?? ''}`) * (SUFFIXES[suffix] ?? 1));
  if (!match || (fraction !== undefined && !decimalsAllowed) || !Number.isSafeInteger(value)) {
    throw new OptionValueError(`expected an integer such as 8192, 8k or 8K, got ${JSON.stringify(text)}`);
  }
  return value;
}
