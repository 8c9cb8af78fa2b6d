import { codePointLength, pythonFloat } from '@app/python-text';
import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { codePoints } from '../values/code-points.js';
import { integerText, toFloat } from '../values/integer.js';
import { isText, textOf } from '../values/markup.js';
import { toText } from '../values/repr.js';
import { typeName } from '../values/type-name.js';
import type { Value } from '../values/value.js';
import { formatMagnitude } from './float-format.js';

interface FormatSpec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  /** `z`: a zero has no minus sign. */
  readonly plainZero: boolean;
  readonly alternate: boolean;
  readonly zero: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string;
}

const pattern = /^(?:([^])?([<>=^]))?([-+ ]?)(z?)(#?)(0?)(\d*)([,_]?)(?:\.(\d+))?([^])?$/u;
const maxPrecision = 1100;

/** `format(value, spec)`: Python's format specification mini-language for str, int, float and bool. */
export function formatValue(value: Value, text: string, budget: Budget): string {
  if (text === '') {
    return toText(value, budget);
  }
  const isNumeric = typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean';
  if (!isNumeric && !isText(value)) {
    return fail('TypeError', `unsupported format string passed to ${typeName(value)}.__format__`);
  }
  const spec = parseSpec(text, value, budget);
  if (isText(value)) {
    return formatText(textOf(value), spec);
  }
  const number = typeof value === 'boolean' ? BigInt(value) : value;
  return typeof number === 'bigint' ? formatInteger(number, spec) : formatReal(number, spec, typeName(value));
}

function parseSpec(text: string, value: Value, budget: Budget): FormatSpec {
  const match = pattern.exec(text);
  if (match === null) {
    return fail('ValueError', `Invalid format specifier '${text}' for object of type '${typeName(value)}'`);
  }
  const [, fill, align, sign, coerce, alternate, zero, width, grouping, precision, type] = match as (
    string | undefined
  )[];
  const wide = Number(width || '0');
  if (wide > 1e9 || Number(precision ?? 0) > 1e9) {
    fail('ValueError', 'Too many decimal digits in format string');
  }
  budget.text(wide);
  if (precision !== undefined && Number(precision) > maxPrecision && !isText(value)) {
    fail('ValueError', 'precision too big');
  }
  return {
    fill: fill ?? (zero && align === undefined ? '0' : zero ? '0' : ' '),
    align: align ?? '',
    sign: sign ?? '',
    plainZero: coerce === 'z',
    alternate: alternate === '#',
    zero: zero === '0',
    width: wide,
    grouping: grouping ?? '',
    precision: precision === undefined ? undefined : Number(precision),
    type: type ?? '',
  };
}

function formatText(text: string, spec: FormatSpec): string {
  if (spec.type !== '' && spec.type !== 's') {
    unknownCode(spec.type, 'str');
  }
  if (spec.sign !== '') {
    fail('ValueError', 'Sign not allowed in string format specifier');
  }
  if (spec.plainZero) {
    fail('ValueError', 'Negative zero coercion (z) not allowed in string format specifier');
  }
  if (spec.alternate) {
    fail('ValueError', 'Alternate form (#) not allowed in string format specifier');
  }
  if (spec.grouping !== '') {
    fail('ValueError', `Cannot specify '${spec.grouping}' with 's'.`);
  }
  if (spec.align === '=') {
    fail('ValueError', "'=' alignment not allowed in string format specifier");
  }
  const cut = spec.precision === undefined ? text : codePoints(text).slice(0, spec.precision).join('');
  return pad(cut, spec, '<');
}

const radixes: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16, X: 16 };

function formatInteger(value: bigint, spec: FormatSpec): string {
  if ('eEfFgG%'.includes(spec.type) && spec.type !== '') {
    return formatReal(toFloat(value), spec, 'int');
  }
  if (spec.plainZero) {
    fail('ValueError', 'Negative zero coercion (z) not allowed in integer format specifier');
  }
  if (spec.precision !== undefined) {
    fail('ValueError', 'Precision not allowed in integer format specifier');
  }
  if (spec.type === 'c') {
    if (value < 0n || value > 0x10ffffn) {
      fail('OverflowError', '%c arg not in range(0x110000)');
    }
    return pad(String.fromCodePoint(Number(value)), spec, '<');
  }
  if (!['', 'd', 'n', 'b', 'o', 'x', 'X'].includes(spec.type)) {
    unknownCode(spec.type, 'int');
  }
  const magnitude = value < 0n ? -value : value;
  const isRadix = Object.hasOwn(radixes, spec.type);
  const plain = isRadix ? magnitude.toString(radixes[spec.type]) : integerText(magnitude);
  const digits = spec.type === 'X' ? plain.toUpperCase() : plain;
  const prefix = isRadix && spec.alternate ? `0${spec.type}` : '';
  return padNumber(
    { sign: signText(value < 0n, spec.sign) + prefix, digits, rest: '', groupSize: isRadix ? 4 : 3 },
    spec,
  );
}

function formatReal(value: number, spec: FormatSpec, owner: string): string {
  const { type } = spec;
  if (type !== '' && !'eEfFgGn%'.includes(type)) {
    unknownCode(type, owner);
  }
  const magnitude = Math.abs(type === '%' ? value * 100 : value);
  let text: string;
  if (!Number.isFinite(magnitude)) {
    text = Number.isNaN(magnitude) ? 'nan' : 'inf';
  } else if (type === '' && spec.precision === undefined) {
    text = pythonFloat(magnitude);
  } else {
    const lower = type.toLowerCase();
    const kind = lower === 'e' ? 'e' : lower === 'f' || lower === '%' ? 'f' : type === '' ? 'repr-g' : 'g';
    text = formatMagnitude(magnitude, { kind, precision: spec.precision ?? 6, alternate: spec.alternate });
  }
  const shown = type === 'E' || type === 'F' || type === 'G' ? text.toUpperCase() : text;
  const isZero = !/[1-9inf]/i.test(text.replace(/e.*/, ''));
  const negative = (value < 0 || Object.is(value, -0)) && !(spec.plainZero && isZero);
  const whole = /^\d*/.exec(shown)?.[0] ?? '';
  const rest = shown.slice(whole.length) + (type === '%' ? '%' : '');
  return padNumber({ sign: signText(negative, spec.sign), digits: whole, rest, groupSize: 3 }, spec);
}

interface NumberParts {
  readonly sign: string;
  readonly digits: string;
  readonly rest: string;
  readonly groupSize: number;
}

function padNumber({ sign, digits, rest, groupSize }: NumberParts, spec: FormatSpec): string {
  const zeroPads = spec.fill === '0' && (spec.align === '=' || (spec.align === '' && spec.zero));
  const room = zeroPads ? spec.width - sign.length - rest.length : 0;
  const body = spec.grouping === '' ? digits.padStart(room, '0') : group(digits, groupSize, spec.grouping, room);
  const number = body + rest;
  if (spec.align === '=') {
    return sign + number.padStart(Math.max(0, spec.width - sign.length), spec.fill);
  }
  return pad(sign + number, spec, '>');
}

/** Puts separators between groups; zeros are added in front, with their own separators, until `width` is reached. */
function group(digits: string, size: number, separator: string, width: number): string {
  const join = (text: string): string => {
    const first = text.length % size || size;
    const parts = [text.slice(0, first)];
    for (let at = first; at < text.length; at += size) {
      parts.push(text.slice(at, at + size));
    }
    return parts.join(separator);
  };
  const missing = width - join(digits).length;
  if (missing <= 0) {
    return join(digits);
  }
  const groups = Math.floor((width + 1) / (size + 1));
  const zeros = Math.max(digits.length, width - groups + ((width + 1) % (size + 1) === 0 ? 1 : 0));
  const joined = join(digits.padStart(zeros, '0'));
  return joined.length < width ? join(digits.padStart(zeros + 1, '0')) : joined;
}

function pad(text: string, spec: FormatSpec, fallback: '<' | '>'): string {
  const missing = spec.width - codePointLength(text);
  if (missing <= 0) {
    return text;
  }
  const align = spec.align === '' || spec.align === '=' ? fallback : spec.align;
  const left = align === '<' ? 0 : align === '>' ? missing : Math.floor(missing / 2);
  return spec.fill.repeat(left) + text + spec.fill.repeat(missing - left);
}

function signText(negative: boolean, sign: string): string {
  return negative ? '-' : sign === '+' || sign === ' ' ? sign : '';
}

function unknownCode(type: string, owner: string): never {
  return fail('ValueError', `Unknown format code '${type}' for object of type '${owner}'`);
}
