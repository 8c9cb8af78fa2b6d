import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '@app/errors';
import { chooseEngine, scanStart } from './choose-engine.js';

describe('chooseEngine', () => {
  it.each([
    ['the only engine', { inFlight: [7], start: 0 }, 0],
    ['the least loaded', { inFlight: [3, 1, 2], start: 0 }, 1],
    ['the lowest id on a tie', { inFlight: [2, 1, 1], start: 0 }, 1],
    ['the first from the start of the scan on a tie', { inFlight: [0, 0, 0, 0], start: 2 }, 2],
    ['the least loaded behind the wrap', { inFlight: [0, 1, 1], start: 1 }, 0],
    ['the pinned one although it is busy', { inFlight: [0, 9], start: 0, pinned: 1 }, 1],
  ])('takes %s', (_, choice, expected) => {
    expect(chooseEngine(choice)).toBe(expected);
  });

  it.each([-1, 2, 0.5, Number.NaN])('refuses rank %s of two engines', (pinned) => {
    expect(() => chooseEngine({ inFlight: [0, 0], start: 0, pinned })).toThrow(InvalidRequestError);
  });

  it('keeps engines within one request of each other when nothing ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), fc.nat(15), fc.nat(100), (engines, start, requests) => {
        const inFlight = new Array<number>(engines).fill(0);
        for (let request = 0; request < requests; request++) {
          inFlight[chooseEngine({ inFlight, start: start % engines })]++;
        }
        expect(Math.max(...inFlight) - Math.min(...inFlight)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('scanStart', () => {
  it('spreads the front ends over the engines', () => {
    expect([0, 1, 2, 3].map((client) => scanStart(8, client, 4))).toEqual([0, 2, 4, 6]);
    expect([0, 1, 2].map((client) => scanStart(2, client, 3))).toEqual([0, 0, 1]);
  });
});
