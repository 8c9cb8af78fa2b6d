import { describe, expect, it } from 'vitest';
import { RestartSchedule } from './restart-schedule.js';
import type { RestartLimits } from './restart-schedule.js';

/** The pauses until it is given up. */
function pauses(limits: RestartLimits): readonly number[] {
  const schedule = new RestartSchedule(limits);
  schedule.died();
  const found: number[] = [];
  for (let pause = schedule.nextDelayMs(); pause !== undefined; pause = schedule.nextDelayMs()) found.push(pause);
  return found;
}

describe('RestartSchedule', () => {
  it.each([
    ['what died soon', {}, [1_000, 2_000, 4_000, 8_000]],
    ['what had lived long enough', { stableAfterMs: 0 }, [0, 1_000, 2_000, 4_000, 8_000]],
    ['no second life', { maxAttempts: 1 }, []],
    ['a long series', { maxAttempts: 8, backoffMs: 4_000 }, [4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]],
  ])('waits longer from one attempt to the next: %s', (_, limits, expected) => {
    expect(pauses(limits)).toEqual(expected);
  });
});
