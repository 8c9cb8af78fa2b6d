import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eachInTurns } from './each-in-turns.js';

const never = (): never => {
  throw new Error('not expected');
};

/** Takes longer than a turn may. */
function toil(): void {
  const end = performance.now() + 11;
  while (performance.now() < end);
}

describe('eachInTurns', () => {
  it('does short work at once', () => {
    const done: number[] = [];
    eachInTurns(3, (index) => void done.push(index), { isOver: () => false, fail: never });
    expect(done).toEqual([0, 1, 2]);
  });

  it('lets the event loop go round between parts of long work', async () => {
    const done: number[] = [];
    eachInTurns(3, (index) => (done.push(index), toil()), { isOver: () => false, fail: never });
    expect(done).toEqual([0]);
    await nextTurn();
    expect(done).toEqual([0, 1]);
    await nextTurn();
    expect(done).toEqual([0, 1, 2]);
  });

  it('stops when it is over, in a later turn too', async () => {
    const done: number[] = [];
    let over = false;
    eachInTurns(3, (index) => (done.push(index), toil()), { isOver: () => over, fail: never });
    over = true;
    await nextTurn();
    await nextTurn();
    expect(done).toEqual([0]);
  });

  it('throws what fails at once, and tells what fails later', async () => {
    const failAt = (wrong: number) => (index: number) => {
      if (index === wrong) throw new Error(`no ${index}`);
      toil();
    };
    const faults: unknown[] = [];
    const options = { isOver: () => false, fail: (error: unknown) => void faults.push(error) };
    expect(() => eachInTurns(3, failAt(0), options)).toThrow('no 0');
    eachInTurns(3, failAt(1), options);
    await nextTurn();
    await nextTurn();
    expect(faults).toEqual([new Error('no 1')]);
  });
});
