import { fail } from '../errors.js';
import { PyObject, type CallArguments, type Value } from './value.js';
import { toIndex } from './sequence-item.js';
import { type SliceBounds, sliceIndices } from './slice.js';
import { typeName } from './type-name.js';

const maxRange = 100_000n;

/** `range(…)`, at most 100,000 long as in Jinja's sandbox. */
export class Range extends PyObject {
  readonly typeName = 'range';
  private readonly length: number;

  constructor(
    private readonly start: bigint,
    private readonly stop: bigint,
    private readonly step: bigint,
  ) {
    super();
    const span = step > 0n ? stop - start : start - stop;
    const stride = step > 0n ? step : -step;
    const length = span > 0n ? (span + stride - 1n) / stride : 0n;
    if (length > maxRange) {
      fail('OverflowError', `Range too big. The sandbox blocks ranges larger than MAX_RANGE (${maxRange}).`);
    }
    this.length = Number(length);
  }

  static of({ positional, keyword }: CallArguments): Range {
    if (keyword.size > 0) {
      fail('TypeError', 'range() takes no keyword arguments');
    }
    if (positional.length === 0 || positional.length > 3) {
      const bound = positional.length === 0 ? 'at least 1 argument' : 'at most 3 arguments';
      fail('TypeError', `range expected ${bound}, got ${positional.length}`);
    }
    const numbers = positional.map(toInteger);
    const [start, stop] = numbers.length === 1 ? [0n, numbers[0]] : numbers;
    const step = numbers.length === 3 ? numbers[2] : 1n;
    if (step === 0n) {
      fail('ValueError', 'range() arg 3 must not be zero');
    }
    return new Range(start, stop, step);
  }

  slice(bounds: SliceBounds): Range {
    const { start, stop, step } = sliceIndices(bounds, this.length);
    const at = (index: number): bigint => this.start + BigInt(index) * this.step;
    return new Range(at(start), at(stop), this.step * BigInt(step));
  }

  items(): bigint[] {
    return Array.from({ length: this.length }, (_, index) => this.start + BigInt(index) * this.step);
  }

  override repr(): string {
    const step = this.step === 1n ? '' : `, ${this.step}`;
    return `range(${this.start}, ${this.stop}${step})`;
  }

  override get truthy(): boolean {
    return this.length > 0;
  }

  override get size(): number {
    return this.length;
  }

  override *iterate(): Iterator<Value> {
    for (let index = 0; index < this.length; index++) {
      yield this.start + BigInt(index) * this.step;
    }
  }

  override attribute(name: string): Value | undefined {
    return name === 'start' || name === 'stop' || name === 'step' ? this[name] : undefined;
  }

  override item(key: Value): Value | undefined {
    const index = toIndex(key, this.length);
    return index === undefined ? undefined : this.start + BigInt(index) * this.step;
  }
}

function toInteger(value: Value): bigint {
  if (typeof value === 'bigint' || typeof value === 'boolean') {
    return BigInt(value);
  }
  return fail('TypeError', `'${typeName(value)}' object cannot be interpreted as an integer`);
}
