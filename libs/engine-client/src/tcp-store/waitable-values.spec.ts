import { describe, expect, it } from 'vitest';
import { WaitableValues } from './waitable-values.js';

describe('WaitableValues', () => {
  it('calls a waiter once, when its last key appears', () => {
    const values = new WaitableValues();
    const calls: string[] = [];
    values.set('a', Buffer.from('1'));
    values.wait(['a', 'b', 'c'], () => calls.push('abc'));
    values.wait(['a'], () => calls.push('a'));
    const cancel = values.wait(['c'], () => calls.push('c'));
    values.set('b', Buffer.from('2'));
    expect(calls).toEqual(['a']);
    cancel();
    values.set('c', Buffer.from('3'));
    values.set('c', Buffer.from('4'));
    expect(calls).toEqual(['a', 'abc']);
  });

  it('holds 64 MiB, keys included; what is replaced or deleted makes room', () => {
    const values = new WaitableValues();
    const big = Buffer.alloc((1 << 25) - 1);
    values.set('a', big);
    values.set('a', big);
    values.set('b', big);
    expect(() => values.set('c', Buffer.alloc(0))).toThrow(RangeError);
    expect([values.size, values.delete('a'), values.delete('a')]).toEqual([2, true, false]);
    values.set('c', Buffer.alloc(0));
    expect(values.has(['b', 'c'])).toBe(true);
  });
});
