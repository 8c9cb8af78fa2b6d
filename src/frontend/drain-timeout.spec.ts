import { expect, it } from 'vitest';
import { drainTimeout } from './drain-timeout.js';

it.each([
  [0, 0],
  [2_000, 2_000],
  [4_000, 3_000],
  [5_000, 3_000],
  [60_000, 58_000],
])('lets answers run for a shutdown time-out of %d ms no longer than leaves time to end', (shutdown, drain) => {
  expect(drainTimeout(shutdown)).toBe(drain);
});
