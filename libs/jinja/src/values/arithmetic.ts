import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import type { ArithmeticOperator } from '../syntax/nodes.js';
import { isNumber } from './comparison.js';
import { divideHalfEven } from './float-text.js';
import { bitLength, toFloat } from './integer.js';
import { escapeHtml, isText, Markup, textOf } from './markup.js';
import { Tuple } from './tuple.js';
import { typeName } from './type-name.js';
import { Undefined } from './undefined.js';
import type { Value } from './value.js';

/** `+ - * / // **` with Python's types and rounding (`%` on text is in formatting/). @throws TypeError, ZeroDivisionError … */
export function arithmetic(operator: ArithmeticOperator, left: Value, right: Value, budget: Budget): Value {
  if (left instanceof Undefined) {
    return left.raise();
  }
  if (right instanceof Undefined) {
    return right.raise();
  }
  if (isNumber(left) && isNumber(right)) {
    return numeric(operator, left, right, budget);
  }
  if (operator === '+') {
    return concatenate(left, right, budget);
  }
  if (operator === '*') {
    const repeated = isInteger(right)
      ? repeat(left, right, budget)
      : isInteger(left)
        ? repeat(right, left, budget)
        : undefined;
    if (repeated !== undefined) {
      return repeated;
    }
    const sequence = isSequence(left) ? right : isSequence(right) ? left : undefined;
    if (sequence !== undefined) {
      fail('TypeError', `can't multiply sequence by non-int of type '${typeName(sequence)}'`);
    }
  }
  return unsupported(operator, left, right);
}

/** Unary minus and plus. */
export function signed(operator: '-' | '+', value: Value): Value {
  if (value instanceof Undefined) {
    return value.raise();
  }
  if (!isNumber(value)) {
    return fail('TypeError', `bad operand type for unary ${operator}: '${typeName(value)}'`);
  }
  const number = typeof value === 'boolean' ? BigInt(value) : value;
  return operator === '-' ? -number : number;
}

export function unsupported(operator: ArithmeticOperator, left: Value, right: Value): never {
  const shown = operator === '**' ? '** or pow()' : operator;
  return fail('TypeError', `unsupported operand type(s) for ${shown}: '${typeName(left)}' and '${typeName(right)}'`);
}

type PyNumber = boolean | bigint | number;

function numeric(operator: ArithmeticOperator, left: PyNumber, right: PyNumber, budget: Budget): Value {
  if (typeof left === 'number' || typeof right === 'number') {
    return floats(operator, real(left), real(right));
  }
  return integers(operator, BigInt(left), BigInt(right), budget);
}

function real(value: PyNumber): number {
  return typeof value === 'number' ? value : toFloat(BigInt(value));
}

function integers(operator: ArithmeticOperator, left: bigint, right: bigint, budget: Budget): Value {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      budget.integer(bitLength(left) + bitLength(right));
      return left * right;
    case '/':
      return right === 0n ? fail('ZeroDivisionError', 'division by zero') : trueDivide(left, right);
    case '//':
      return right === 0n
        ? fail('ZeroDivisionError', 'integer division or modulo by zero')
        : (left - floorModulo(left, right)) / right;
    case '%':
      return right === 0n ? fail('ZeroDivisionError', 'integer modulo by zero') : floorModulo(left, right);
    case '**':
      return power(left, right, budget);
  }
}

function floorModulo(left: bigint, right: bigint): bigint {
  const rest = left % right;
  return rest !== 0n && rest < 0n !== right < 0n ? rest + right : rest;
}

/** Correctly rounded quotient of two ints of any size. */
function trueDivide(left: bigint, right: bigint): number {
  const a = Number(left);
  const b = Number(right);
  if (Number.isSafeInteger(a) && Number.isSafeInteger(b)) {
    return a / b;
  }
  const negative = left < 0n !== right < 0n;
  const numerator = left < 0n ? -left : left;
  const denominator = right < 0n ? -right : right;
  const shift = bitLength(denominator) - bitLength(numerator) + 66;
  const scaled =
    shift >= 0
      ? divideHalfEven(numerator << BigInt(shift), denominator)
      : divideHalfEven(numerator, denominator << BigInt(-shift));
  const result = Number(scaled) * 2 ** -shift;
  if (!Number.isFinite(result)) {
    fail('OverflowError', 'integer division result too large for a float');
  }
  return negative ? -result : result;
}

function power(base: bigint, exponent: bigint, budget: Budget): Value {
  if (exponent < 0n) {
    return floats('**', toFloat(base), toFloat(exponent));
  }
  if (base === 0n || base === 1n || base === -1n) {
    return base === -1n && exponent % 2n === 0n ? 1n : exponent === 0n ? 1n : base;
  }
  budget.integer(bitLength(base) * Number(exponent));
  return base ** exponent;
}

function floats(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? fail('ZeroDivisionError', 'float division by zero') : left / right;
    case '//':
      return right === 0 ? fail('ZeroDivisionError', 'float floor division by zero') : floorDivide(left, right);
    case '%':
      return right === 0 ? fail('ZeroDivisionError', 'float modulo') : modulo(left, right);
    case '**':
      return floatPower(left, right);
  }
}

function modulo(left: number, right: number): number {
  const rest = left % right;
  if (rest !== 0) {
    return rest < 0 !== right < 0 ? rest + right : rest;
  }
  return right < 0 ? -0 : 0;
}

function floorDivide(left: number, right: number): number {
  if (!Number.isFinite(left)) {
    return NaN;
  }
  const quotient = (left - modulo(left, right)) / right;
  if (quotient === 0) {
    return left / right < 0 || Object.is(left / right, -0) ? -0 : 0;
  }
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

function floatPower(left: number, right: number): number {
  if (left === 0 && right < 0) {
    fail('ZeroDivisionError', '0.0 cannot be raised to a negative power');
  }
  if (left < 0 && Number.isFinite(left) && Number.isFinite(right) && !Number.isInteger(right)) {
    fail('TypeError', 'complex numbers are not available');
  }
  const result = left === 1 || right === 0 ? 1 : left ** right;
  if (!Number.isFinite(result) && Number.isFinite(left) && Number.isFinite(right)) {
    fail('OverflowError', "(34, 'Numerical result out of range')");
  }
  return result;
}

function concatenate(left: Value, right: Value, budget: Budget): Value {
  if (isText(left)) {
    if (!isText(right)) {
      return left instanceof Markup
        ? unsupported('+', left, right)
        : fail('TypeError', `can only concatenate str (not "${typeName(right)}") to str`);
    }
    budget.text(textOf(left).length + textOf(right).length);
    return left instanceof Markup || right instanceof Markup
      ? new Markup(escaped(left) + escaped(right))
      : left + right;
  }
  if (Array.isArray(left)) {
    const items = left as readonly Value[];
    if (!Array.isArray(right)) {
      return fail('TypeError', `can only concatenate list (not "${typeName(right)}") to list`);
    }
    budget.list(items.length + right.length);
    return [...items, ...(right as readonly Value[])];
  }
  if (left instanceof Tuple) {
    if (!(right instanceof Tuple)) {
      return fail('TypeError', `can only concatenate tuple (not "${typeName(right)}") to tuple`);
    }
    budget.list(left.size + right.size);
    return new Tuple([...left.items, ...right.items]);
  }
  return unsupported('+', left, right);
}

/** Text as HTML: escaped unless it is already. */
export function escaped(value: string | Markup): string {
  return typeof value === 'string' ? escapeHtml(value) : value.value;
}

function isInteger(value: Value): value is bigint | boolean {
  return typeof value === 'bigint' || typeof value === 'boolean';
}

function isSequence(value: Value): boolean {
  return isText(value) || Array.isArray(value) || value instanceof Tuple;
}

function repeat(value: Value, times: bigint | boolean, budget: Budget): Value | undefined {
  if (!isSequence(value)) {
    return undefined;
  }
  const count = Math.max(0, Number(times));
  if (isText(value)) {
    const text = textOf(value);
    budget.text(text.length * count);
    const repeated = text === '' ? '' : text.repeat(count);
    return value instanceof Markup ? new Markup(repeated) : repeated;
  }
  const items = value instanceof Tuple ? value.items : (value as readonly Value[]);
  budget.list(items.length * count);
  const repeated = Array.from({ length: items.length * count }, (_, index) => items[index % items.length]);
  return value instanceof Tuple ? new Tuple(repeated) : repeated;
}
