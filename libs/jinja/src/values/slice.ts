import { fail } from '../errors.js';
import type { Value } from './value.js';

/** `start:stop:step` with Python's defaults still open. */
export interface SliceBounds {
  readonly start: Value;
  readonly stop: Value;
  readonly step: Value;
}

/** Indices of a slice of something of that length, as `slice.indices` gives them. */
export function sliceIndices(bounds: SliceBounds, length: number): { start: number; stop: number; step: number } {
  const step = bounds.step === null ? 1 : bound(bounds.step, Number.MAX_SAFE_INTEGER);
  if (step === 0) {
    fail('ValueError', 'slice step cannot be zero');
  }
  const lowest = step < 0 ? -1 : 0;
  const highest = step < 0 ? length - 1 : length;
  const clamp = (value: Value, fallback: number): number => {
    if (value === null) {
      return fallback;
    }
    const index = bound(value, length + 1);
    return Math.min(Math.max(index < 0 ? index + length : index, lowest), highest);
  };
  return {
    start: clamp(bounds.start, step < 0 ? highest : lowest),
    stop: clamp(bounds.stop, step < 0 ? lowest : highest),
    step,
  };
}

/** The elements a slice picks. */
export function sliceList<T>(items: readonly T[], bounds: SliceBounds): T[] {
  const { start, stop, step } = sliceIndices(bounds, items.length);
  if (step === 1) {
    return items.slice(start, Math.max(start, stop));
  }
  const picked: T[] = [];
  for (let index = start; step > 0 ? index < stop : index > stop; index += step) {
    picked.push(items[index]);
  }
  return picked;
}

function bound(value: Value, limit: number): number {
  if (typeof value === 'boolean') {
    return value ? 1 : 0;
  }
  if (typeof value !== 'bigint') {
    return fail('TypeError', 'slice indices must be integers or None or have an __index__ method');
  }
  const wide = BigInt(limit);
  return Number(value > wide ? wide : value < -wide ? -wide : value);
}
