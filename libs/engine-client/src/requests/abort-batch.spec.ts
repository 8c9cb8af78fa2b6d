import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AbortBatch } from './abort-batch.js';

type Sent = [engine: number, ids: readonly string[]];

describe('AbortBatch', () => {
  it('sends the ids of one turn once per engine, each id once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(3), fc.nat(30).map(String))), async (aborts) => {
        const sent: Sent[] = [];
        const batch = new AbortBatch((engine, ids) => sent.push([engine, ids]));
        aborts.forEach(([engine, id]) => batch.add(engine, id));
        expect(sent).toEqual([]);
        await nextTurn();
        const expected = new Map<number, Set<string>>();
        for (const [engine, id] of aborts) {
          expected.set(engine, (expected.get(engine) ?? new Set()).add(id));
        }
        expect(sent).toEqual([...expected].map(([engine, ids]) => [engine, [...ids]]));
      }),
    );
  });

  it('sends what another turn brings on its own', async () => {
    const sent: Sent[] = [];
    const batch = new AbortBatch((engine, ids) => sent.push([engine, ids]));
    batch.add(0, 'a');
    await nextTurn();
    batch.add(0, 'b');
    await nextTurn();
    expect(sent).toEqual([
      [0, ['a']],
      [0, ['b']],
    ]);
  });

  it('knows what waits, and sends it at once when told so', async () => {
    const sent: Sent[] = [];
    const batch = new AbortBatch((engine, ids) => sent.push([engine, ids]));
    batch.add(1, 'a');
    expect([batch.has('a'), batch.has('b')]).toEqual([true, false]);
    batch.flush();
    expect(sent).toEqual([[1, ['a']]]);
    expect(batch.has('a')).toBe(false);
    await nextTurn();
    expect(sent).toHaveLength(1);
  });
});
