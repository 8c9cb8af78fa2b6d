import { codePointLength } from '@app/python-text';
import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { codePoints } from '../values/code-points.js';
import { Dict } from '../values/dict.js';
import { integerText, toFloat } from '../values/integer.js';
import { escapeHtml, isText, Markup, textOf } from '../values/markup.js';
import { Range } from '../values/range.js';
import { repr, toText } from '../values/repr.js';
import { Tuple } from '../values/tuple.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import { orElse, type Value } from '../values/value.js';
import { joinText } from '../values/join-text.js';
import { formatMagnitude } from './float-format.js';

const maxPrecision = 1100;

/** `template % values`, printf style. With `escapes` (Markup) every text put in is escaped. */
export function percentFormat(template: string, values: Value, budget: Budget, escapes = false): string {
  const formatter = new PercentFormatter(values, budget, escapes);
  return formatter.format(template);
}

interface Directive {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
}

class PercentFormatter {
  private readonly items: readonly Value[];
  private position = 0;

  constructor(
    private readonly values: Value,
    private readonly budget: Budget,
    private readonly escapes: boolean,
  ) {
    this.items = values instanceof Tuple ? values.items : [values];
  }

  format(template: string): string {
    const pattern = /%(?:\(([^()]*)\))?([-+ #0]*)(\*|\d*)(?:\.(\*|\d*))?[hlL]?([^])?/gu;
    const parts: string[] = [];
    let last = 0;
    for (const match of template.matchAll(pattern)) {
      this.budget.step();
      parts.push(template.slice(last, match.index), this.directive(match, template));
      last = match.index + match[0].length;
    }
    this.finish();
    return joinText([...parts, template.slice(last)], '', this.budget);
  }

  private directive(match: RegExpMatchArray, template: string): string {
    const [whole, key, flags, width, precision, code] = match as (string | undefined)[];
    if (code === '%' && key === undefined) {
      return '%';
    }
    const keyed = key === undefined ? undefined : this.lookUp(key);
    const wide = this.size(width || '0');
    const spec: Directive = {
      flags: (flags ?? '') + (wide < 0 ? '-' : ''),
      width: Math.abs(wide),
      precision: precision === undefined ? undefined : Math.max(0, this.size(precision || '0')),
    };
    this.budget.text(spec.width);
    if (code === undefined) {
      return fail('ValueError', 'incomplete format');
    }
    if (!'sradiuoxXeEfFgGc%'.includes(code)) {
      const index = (match.index ?? 0) + (whole ?? '').length - code.length;
      const hex = (code.codePointAt(0) ?? 0).toString(16);
      fail(
        'ValueError',
        `unsupported format character '${code}' (0x${hex}) at index ${codePointLength(template.slice(0, index))}`,
      );
    }
    return code === '%' ? '%' : this.convert(code, keyed ?? this.next(), spec);
  }

  private size(text: string): number {
    if (text !== '*') {
      return Number(text);
    }
    const value = this.next();
    return typeof value === 'bigint' ? Number(value) : fail('TypeError', '* wants int');
  }

  private lookUp(key: string): Value {
    if (!(this.values instanceof Dict)) {
      return this.values instanceof Undefined ? this.values.raise() : fail('TypeError', 'format requires a mapping');
    }
    this.position = 1;
    return orElse(this.values.get(key), () => fail('KeyError', `'${key}'`));
  }

  private next(): Value {
    if (this.position >= this.items.length) {
      return fail('TypeError', 'not enough arguments for format string');
    }
    return this.items[this.position++];
  }

  private finish(): void {
    const { values } = this;
    const isMapping =
      Array.isArray(values) || values instanceof Dict || values instanceof Range || values instanceof Undefined;
    if (this.position < this.items.length && !isMapping) {
      fail('TypeError', 'not all arguments converted during string formatting');
    }
  }

  private convert(code: string, value: Value, spec: Directive): string {
    switch (code) {
      case 's':
      case 'r':
      case 'a':
        return padText(this.text(code, value, spec.precision), spec);
      case 'c':
        return padText(character(value), spec);
      case 'd':
      case 'i':
      case 'u':
      case 'o':
      case 'x':
      case 'X':
        return integer(code, value, spec);
      default:
        return real(code, value, spec);
    }
  }

  private text(code: string, value: Value, precision: number | undefined): string {
    let text = code === 's' ? toText(value, this.budget) : repr(value, this.budget);
    if (code === 'a') {
      text = text.replace(/[^ -~]/gu, (each) => escapeAscii(each));
    }
    if (precision !== undefined) {
      text = codePoints(text).slice(0, precision).join('');
    }
    return this.escapes && !(value instanceof Markup) ? escapeHtml(text) : text;
  }
}

function escapeAscii(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  const [letter, width] = hex.length <= 2 ? ['x', 2] : hex.length <= 4 ? ['u', 4] : ['U', 8];
  return `\\${letter}${hex.padStart(Number(width), '0')}`;
}

function padText(text: string, { flags, width }: Directive): string {
  const missing = Math.max(0, width - codePointLength(text));
  return flags.includes('-') ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
}

function character(value: Value): string {
  if (isText(value) && codePointLength(textOf(value)) === 1) {
    return textOf(value);
  }
  if (typeof value === 'boolean') {
    return value ? '\x01' : '\0';
  }
  if (typeof value === 'bigint') {
    return value >= 0n && value <= 0x10ffffn
      ? String.fromCodePoint(Number(value))
      : fail('OverflowError', '%c arg not in range(0x110000)');
  }
  return fail('TypeError', '%c requires int or char');
}

function integer(code: string, value: Value, spec: Directive): string {
  const whole = toWhole(code, value);
  const magnitude = whole < 0n ? -whole : whole;
  const radix = code === 'o' ? 8 : code === 'x' || code === 'X' ? 16 : 10;
  const plain = radix === 10 ? integerText(magnitude) : magnitude.toString(radix);
  const digits = (code === 'X' ? plain.toUpperCase() : plain).padStart(
    Math.min(spec.precision ?? 0, maxPrecision),
    '0',
  );
  const prefix = spec.flags.includes('#') && radix !== 10 ? `0${code}` : '';
  return padNumber(sign(whole < 0n, spec.flags) + prefix, digits, spec);
}

function toWhole(code: string, value: Value): bigint {
  if (typeof value === 'bigint' || typeof value === 'boolean') {
    return BigInt(value);
  }
  if (value instanceof Undefined) {
    return value.raise();
  }
  const isRadix = code === 'o' || code === 'x' || code === 'X';
  if (typeof value === 'number' && !isRadix) {
    return Number.isFinite(value)
      ? BigInt(Math.trunc(value))
      : fail('OverflowError', `cannot convert float ${Number.isNaN(value) ? 'NaN' : 'infinity'} to integer`);
  }
  const wanted = isRadix ? 'an integer is required' : 'a real number is required';
  return fail('TypeError', `%${code} format: ${wanted}, not ${typeName(value)}`);
}

function real(code: string, value: Value, spec: Directive): string {
  const number = toReal(value);
  const lower = code.toLowerCase();
  const kind = lower === 'e' ? 'e' : lower === 'f' ? 'f' : 'g';
  const magnitude = Math.abs(number);
  if (spec.precision !== undefined && spec.precision > maxPrecision) {
    fail('ValueError', 'precision too big');
  }
  const text = Number.isFinite(magnitude)
    ? formatMagnitude(magnitude, { kind, precision: spec.precision ?? 6, alternate: spec.flags.includes('#') })
    : Number.isNaN(magnitude)
      ? 'nan'
      : 'inf';
  const shown = code === lower ? text : text.toUpperCase();
  return padNumber(sign(number < 0 || Object.is(number, -0), spec.flags), shown, spec);
}

function toReal(value: Value): number {
  if (typeof value === 'number') {
    return value;
  }
  if (typeof value === 'bigint' || typeof value === 'boolean') {
    return toFloat(BigInt(value));
  }
  if (value instanceof Undefined) {
    return value.raise();
  }
  return fail('TypeError', `must be real number, not ${typeName(value)}`);
}

function sign(negative: boolean, flags: string): string {
  return negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
}

function padNumber(prefix: string, digits: string, spec: Directive): string {
  const zeros = spec.flags.includes('0') && !spec.flags.includes('-');
  return padText(prefix + (zeros ? digits.padStart(spec.width - prefix.length, '0') : digits), spec);
}
