import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '@app/errors';
import { LoadBalancer } from './load-balancer.js';

const alone = { clientIndex: 0, clientCount: 1 };
const load = (waiting: number, running: number, kvCacheUsage?: number) => ({ waiting, running, kvCacheUsage });
const picks = (balancer: LoadBalancer, count: number, inFlight: readonly number[]) =>
  Array.from({ length: count }, () => balancer.choose(inFlight));
const spread = (loads: readonly number[]) => Math.max(...loads) - Math.min(...loads);

describe('LoadBalancer', () => {
  it.each([
    ['the only engine', [7], [], 0],
    ['the least loaded', [3, 1, 2], [], 1],
    ['the first of equals', [2, 1, 1], [], 1],
    ['the one that others load less', [0, 0], [load(0, 5), load(0, 4)], 1],
    ['the one with less of our own, however little is reported', [3, 1], [load(0, 0), load(0, 2)], 1],
    ['by the sum of what waits and what runs', [0, 0], [load(2, 2), load(5, 0)], 0],
    ['not the one whose queue is stuck behind a full cache', [0, 0], [load(2, 2, 0.75), load(0, 6, 1)], 1],
    ['a queue behind a cache that is half full', [0, 0], [load(2, 2, 0.5), load(0, 6, 1)], 0],
    ['a full cache without a queue', [0, 0], [load(0, 2, 1), load(0, 3, 0)], 0],
    ['a queue whose cache nobody knows', [0, 0], [load(3, 0), load(0, 4)], 0],
  ])('takes %s', (_, inFlight, reports, expected) => {
    const balancer = new LoadBalancer({ engineCount: inFlight.length, ...alone });
    reports.forEach((report, engine) => balancer.report(engine, report));
    expect(balancer.choose(inFlight)).toBe(expected);
  });

  it('counts its own requests once for each front end', () => {
    const balancer = new LoadBalancer({ engineCount: 2, clientIndex: 0, clientCount: 4 });
    balancer.report(1, load(0, 3));
    expect(balancer.choose([1, 0])).toBe(1);
  });

  it('begins elsewhere with each pick and in each front end', () => {
    expect(picks(new LoadBalancer({ engineCount: 3, ...alone }), 5, [0, 0, 0])).toEqual([0, 1, 2, 0, 1]);
    const first = (engineCount: number, clientCount: number) =>
      Array.from({ length: clientCount }, (_, clientIndex) =>
        new LoadBalancer({ engineCount, clientIndex, clientCount }).choose(new Array<number>(engineCount).fill(0)),
      );
    expect([first(8, 4), first(2, 3)]).toEqual([
      [0, 2, 4, 6],
      [0, 0, 1],
    ]);
  });

  it('adds what it chose to the last report until the next one', () => {
    const balancer = new LoadBalancer({ engineCount: 2, clientIndex: 0, clientCount: 2 });
    const report = () => {
      balancer.report(0, load(0, 10));
      balancer.report(1, load(0, 7));
    };
    report();
    expect(picks(balancer, 4, [0, 0])).toEqual([1, 1, 0, 1]);
    report();
    expect(picks(balancer, 1, [0, 0])).toEqual([1]);
  });

  it('takes the pinned engine although it is busy, and refuses one that is not there', () => {
    const balancer = new LoadBalancer({ engineCount: 2, ...alone });
    expect(balancer.choose([0, 9], 1)).toBe(1);
    for (const pinned of [-1, 2, 0.5, Number.NaN]) {
      expect(() => balancer.choose([0, 0], pinned)).toThrow(InvalidRequestError);
    }
    expect(() => balancer.choose([0, 0], 2)).toThrow('data_parallel_rank 2 is out of range [0, 2).');
  });

  it('knows new engines and forgets those that went', () => {
    const balancer = new LoadBalancer({ engineCount: 1, ...alone });
    balancer.resize(3);
    balancer.report(0, load(0, 5));
    balancer.report(1, load(0, 5));
    expect(picks(balancer, 2, [0, 0, 0])).toEqual([2, 2]);
    balancer.resize(2);
    balancer.report(2, load(0, 0));
    balancer.report(-1, load(0, 0));
    expect(picks(balancer, 4, [0, 0, 0])).toEqual([0, 1, 0, 1]);
    balancer.resize(3);
    balancer.report(0, load(0, 1));
    expect(balancer.choose([0, 0, 0])).not.toBe(0);
  });

  /** What happens in turn: requests come, end (the one at that place), and engines report a state up to `LAG` events old. */
  const LAG = 10;
  const event = fc.oneof(
    { weight: 3, arbitrary: fc.record({ type: fc.constant('arrival' as const), client: fc.nat(3) }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('end' as const), which: fc.nat() }) },
  );

  it('takes the engine with the fewest requests when nothing is reported', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(event, { maxLength: 200 }), (engineCount, events) => {
        const balancer = new LoadBalancer({ engineCount, ...alone });
        const inFlight = new Array<number>(engineCount).fill(0);
        const requests: number[] = [];
        for (const happening of events) {
          if (happening.type === 'arrival') {
            const chosen = balancer.choose(inFlight);
            expect(inFlight[chosen]).toBe(Math.min(...inFlight));
            inFlight[chosen]++;
            requests.push(chosen);
          } else if (requests.length > 0) {
            inFlight[requests.splice(happening.which % requests.length, 1)[0]]--;
          }
        }
      }),
    );
  });

  it('never takes an engine that has many more requests than another, however old the reports are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.record({ happening: event, age: fc.nat(LAG) }), { maxLength: 300 }),
        (engineCount, events) => {
          const balancer = new LoadBalancer({ engineCount, ...alone });
          const inFlight = new Array<number>(engineCount).fill(0);
          const requests: number[] = [];
          const past = [[...inFlight]];
          for (const [index, { happening, age }] of events.entries()) {
            if (happening.type === 'arrival') {
              const chosen = balancer.choose(inFlight);
              expect(inFlight[chosen] - Math.min(...inFlight)).toBeLessThanOrEqual(2 * LAG);
              inFlight[chosen]++;
              requests.push(chosen);
            } else if (requests.length > 0) {
              inFlight[requests.splice(happening.which % requests.length, 1)[0]]--;
            }
            past.push([...inFlight]);
            if (index % LAG === 0) {
              const seen = past[Math.max(0, past.length - 1 - age)];
              seen.forEach((running, engine) => balancer.report(engine, load(0, running)));
            }
          }
        },
      ),
    );
  });

  it('does not send the requests of several front ends to one engine between two reports', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 2, max: 4 }),
        fc.array(fc.nat(3), { minLength: 50, maxLength: 200 }),
        fc.integer({ min: 5, max: 50 }),
        (engineCount, clientCount, arrivals, interval) => {
          const clients = Array.from({ length: clientCount }, (_, clientIndex) => ({
            balancer: new LoadBalancer({ engineCount, clientIndex, clientCount }),
            inFlight: new Array<number>(engineCount).fill(0),
          }));
          const total = new Array<number>(engineCount).fill(0);
          for (const [index, arrival] of arrivals.entries()) {
            const { balancer, inFlight } = clients[arrival % clientCount];
            const chosen = balancer.choose(inFlight);
            inFlight[chosen]++;
            total[chosen]++;
            if (index % interval === 0) {
              clients.forEach(({ balancer }) =>
                total.forEach((running, engine) => balancer.report(engine, load(0, running))),
              );
            }
          }
          expect(spread(total)).toBeLessThanOrEqual(4);
        },
      ),
    );
  });
});
