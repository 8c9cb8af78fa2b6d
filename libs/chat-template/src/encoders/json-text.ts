import { InvalidRequestError } from '@app/errors';
import { PythonFloat } from '@app/jinja';
import { pythonFloat } from '@app/python-text';

/** Only the arguments of a call may nest as deep: they come as a text. Deeper ones would overflow the stack. */
const MAX_DEPTH = 512;

/** `json.dumps(value, ensure_ascii=False)` of a value from a request; whole numbers may be BigInt. @throws InvalidRequestError when it nests too deep */
export function pythonJson(value: unknown): string {
  return write(value, { item: ', ', key: ': ', integer: String, float: pythonFloat });
}

/** JSON as Rust's serde_json prints it. @throws InvalidRequestError when it nests too deep */
export function serdeJson(value: unknown): string {
  return write(value, { item: ',', key: ':', integer: rustInteger, float: rustFloat });
}

interface JsonStyle {
  readonly item: string;
  readonly key: string;
  readonly integer: (value: bigint) => string;
  readonly float: (value: number) => string;
}

function write(value: unknown, style: JsonStyle, depth = 0): string {
  switch (typeof value) {
    case 'number':
      // One beyond 2^53 was written as a float, or it would have come as BigInt.
      return Number.isSafeInteger(value) ? String(value) : style.float(value);
    case 'bigint':
      return style.integer(value);
    case 'object':
      if (value === null) return 'null';
      if (value instanceof PythonFloat) return style.float(value.value);
      if (depth === MAX_DEPTH) throw new InvalidRequestError('maximum recursion depth exceeded');
      if (Array.isArray(value)) return `[${value.map((item) => write(item, style, depth + 1)).join(style.item)}]`;
      return `{${Object.entries(value)
        .map(([key, item]) => JSON.stringify(key) + style.key + write(item, style, depth + 1))
        .join(style.item)}}`;
    default:
      return JSON.stringify(value);
  }
}

function rustFloat(value: number): string {
  const { digits, power } = scientific(value);
  if (power >= -5 && power <= 15) return decimal(value);
  return `${digits}e${power < 0 ? '-' : '+'}${Math.abs(power)}`;
}

/** What fits no 64 bits is a float there. */
function rustInteger(value: bigint): string {
  return value >= -(2n ** 63n) && value < 2n ** 64n ? String(value) : rustFloat(Number(value));
}

function scientific(value: number): { readonly digits: string; readonly power: number } {
  const [digits, power] = value.toExponential().split('e');
  return { digits, power: Number(power) };
}

function decimal(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
