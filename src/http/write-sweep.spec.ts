import { describe, expect, it } from 'vitest';
import { WriteSweep } from './write-sweep.js';

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('WriteSweep', () => {
  it('runs each flush once a turn, whatever was scheduled', async () => {
    const sweep = new WriteSweep();
    const calls: string[] = [];
    const a = (): void => void calls.push('a');
    const b = (): void => void calls.push('b');
    sweep.schedule(a);
    sweep.schedule(b);
    await Promise.resolve().then(() => sweep.schedule(a));
    expect(calls).toEqual([]);
    await endOfTurn();
    expect(calls).toEqual(['a', 'b']);
    sweep.schedule(a);
    await endOfTurn();
    expect(calls).toEqual(['a', 'b', 'a']);
  });
});
