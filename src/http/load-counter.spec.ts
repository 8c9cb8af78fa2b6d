import { describe, expect, it } from 'vitest';
import { LoadCounter } from './load-counter.js';

describe('LoadCounter', () => {
  it('counts what is inside, and each leaving once', () => {
    const counter = new LoadCounter(true);
    const leave = counter.enter();
    counter.enter();
    leave();
    leave();
    expect(counter.value).toBe(1);
  });

  it('stays at 0 while tracking is off', () => {
    const counter = new LoadCounter(false);
    counter.enter();
    expect(counter.value).toBe(0);
  });
});
