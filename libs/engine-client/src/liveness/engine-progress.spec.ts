import { describe, expect, it } from 'vitest';
import { EngineProgress } from './engine-progress.js';

describe('EngineProgress', () => {
  it.each([
    ['nobody has requests', [0, 0], 0],
    ['one got its first request', [1, 0], 90],
    ['one gets on, the other not', [1, 5], 90],
    ['the one that has requests gets on', [0, 5], 40],
    ['an engine of which nothing is known', [0, 0, 3], 0],
  ])('%s', (_, inFlight, expected) => {
    const progress = new EngineProgress();
    progress.begun(0, 10);
    progress.begun(1, 10);
    progress.made(1, 60);
    expect(progress.silentMs(inFlight, 100)).toBe(expected);
  });
});
