import { describe, expect, it } from 'vitest';
import { Slots } from './slots.js';

const never = new AbortController().signal;

describe('Slots', () => {
  it('lets so many in, then those who wait in their order, and refuses the rest', async () => {
    const slots = new Slots({ count: 2, maxWaiting: 2 });
    const entered: string[] = [];
    const enter = (name: string) => slots.enter(never).then((isIn) => entered.push(`${name} ${isIn}`));
    const [, , c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(enter);
    await e;
    expect(entered).toEqual(['a true', 'b true', 'e false']);
    slots.leave();
    await c;
    slots.leave();
    await d;
    expect(entered.slice(3)).toEqual(['c true', 'd true']);
  });

  it('has its places free again when all have left', async () => {
    const slots = new Slots({ count: 1, maxWaiting: 0 });
    for (let round = 0; round < 3; round++) {
      expect(await slots.enter(never)).toBe(true);
      expect(await slots.enter(never)).toBe(false);
      slots.leave();
    }
  });

  it('takes nobody who has given up', async () => {
    const slots = new Slots({ count: 1, maxWaiting: 2 });
    const client = new AbortController();
    await slots.enter(never);
    const impatient = slots.enter(client.signal);
    const patient = slots.enter(never);
    client.abort(new Error('gone'));
    await expect(impatient).rejects.toThrow('gone');
    slots.leave();
    expect(await patient).toBe(true);
    await expect(slots.enter(client.signal)).rejects.toThrow('gone');
  });
});
