import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LauncherWatch } from './launcher-watch.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('LauncherWatch', () => {
  it('aborts when the parent is another one, not before', () => {
    let parent = 1;
    const watch = new LauncherWatch(() => parent, 500);
    vi.advanceTimersByTime(10_000);
    expect(watch.signal.aborted).toBe(false);
    parent = 2;
    vi.advanceTimersByTime(500);
    expect(watch.signal.aborted).toBe(true);
    watch.stop();
  });

  it('sees nothing once it is stopped', () => {
    let parent = 7;
    const watch = new LauncherWatch(() => parent, 500);
    watch.stop();
    parent = 1;
    vi.advanceTimersByTime(5_000);
    expect(watch.signal.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});
