import { LockStepDeployment } from '@testing/engine-client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engineIdentity, MalformedMessageError } from '@app/engine-protocol';
import type { EngineOutputs, FrontEndNotice, SchedulerStats } from '@app/engine-protocol';
import { CoordinatorState } from './coordinator-state.js';
import type { CoordinatorStateOptions } from './coordinator-state.js';

function coordinator(options: Partial<CoordinatorStateOptions> = {}): CoordinatorState {
  return new CoordinatorState({ engineCount: 2, mixtureOfExperts: true, now: 0, ...options });
}

function from(engineIndex: number, message: Partial<EngineOutputs>): EngineOutputs {
  return { engineIndex, outputs: [], timestamp: 1, ...message };
}

function firstRequest(engine: number | Uint8Array, wave: number): FrontEndNotice {
  return { type: 'first-request', engine, wave };
}

function stats(counts: Partial<SchedulerStats>): { readonly schedulerStats: SchedulerStats } {
  return {
    schedulerStats: {
      numRunningReqs: 0,
      numWaitingReqs: 0,
      numSkippedWaitingReqs: 0,
      stepCounter: 0,
      currentWave: 0,
      kvCacheUsage: 0,
      prefixCacheStats: { reset: false, requests: 0, queries: 0, hits: 0 },
      ...counts,
    },
  };
}

const idle = { waiting: 0, running: 0, kvCacheUsage: 0 };
const publish = (wave: number, running: boolean) => ({ type: 'publish', report: { counts: undefined, wave, running } });

describe('CoordinatorState: waves', () => {
  it('wakes the others when a front end tells of the first request, and takes the engines’ word for it that they run', () => {
    const state = coordinator();
    expect(state.noticed(firstRequest(1, 0))).toEqual([{ type: 'start-wave', wave: 0, exclude: 1 }]);
    expect(state.engineReported(from(0, { startWave: 0 }), 1)).toEqual([
      { type: 'start-wave', wave: 0, exclude: 0 },
      publish(0, true),
    ]);
    expect(state.noticed(firstRequest(0, 0))).toEqual([]);
    expect(state.engineReported(from(0, { startWave: 0 }), 2)).toEqual([]);
    expect(state.engineReported(from(0, { waveComplete: 0 }), 3)).toEqual([publish(1, false)]);
  });

  it('wakes all of them when the front end speaks of a wave that is over', () => {
    const state = coordinator();
    state.engineReported(from(0, { waveComplete: 4 }), 1);
    expect(state.noticed(firstRequest(1, 4))).toEqual([{ type: 'start-wave', wave: 5, exclude: undefined }]);
  });

  it('passes the name of the excluded engine on as it came', () => {
    const identity = engineIdentity(1);
    expect(coordinator().noticed(firstRequest(identity, 0))).toEqual([
      { type: 'start-wave', wave: 0, exclude: identity },
    ]);
  });

  it('follows an engine to a later wave, not to an earlier one', () => {
    const state = coordinator();
    expect(state.engineReported(from(1, { startWave: 3 }), 1)).toEqual([
      { type: 'start-wave', wave: 3, exclude: 1 },
      publish(3, true),
    ]);
    expect(state.engineReported(from(0, { startWave: 2 }), 2)).toEqual([]);
    expect(state.engineReported(from(0, { waveComplete: 2 }), 3)).toEqual([]);
  });

  it.each([
    ['0.28.1', [{ type: 'start-wave', wave: 0, exclude: 0 }, publish(0, true)]],
    ['0.29.0', [{ type: 'start-wave', wave: 0, exclude: 0 }]],
    ['0.32.0', [{ type: 'start-wave', wave: 0, exclude: 0 }]],
  ])('answers a notice as the coordinator of %s does', (release, expected) => {
    expect(coordinator({ release }).noticed(firstRequest(0, 0))).toEqual(expected);
  });

  it('expects no notice from 0.33 on', () => {
    expect(() => coordinator({ release: '0.33.0' }).noticed(firstRequest(0, 0))).toThrow(MalformedMessageError);
  });

  it('knows no waves of dense engines', () => {
    const state = coordinator({ mixtureOfExperts: false });
    expect([
      state.noticed(firstRequest(0, 0)),
      state.engineReported(from(0, { startWave: 1 }), 1),
      state.engineReported(from(0, { waveComplete: 1 }), 1),
    ]).toEqual([[], [], []]);
  });

  it.each([
    ['an engine that is not there', from(2, { startWave: 0 })],
    ['an engine below zero', from(-1, {})],
    ['a negative wave', from(0, { waveComplete: -1 })],
    ['a wave without a successor', from(0, { waveComplete: Number.MAX_SAFE_INTEGER })],
  ])('refuses a message of %s and keeps its state', (_, message) => {
    const state = coordinator();
    expect(() => state.engineReported({ ...message, ...stats({ numRunningReqs: 9 }) }, 1)).toThrow(
      MalformedMessageError,
    );
    expect(state.frontEndSubscribed()).toEqual([
      { type: 'publish', report: { counts: [idle, idle], wave: 0, running: false } },
    ]);
  });

  it('lets engines begin when all have come, and later ones at once', () => {
    const state = coordinator({ engineCount: 3 });
    expect([1, 2, 3, 4].map(() => state.engineSubscribed())).toEqual([
      [],
      [],
      [{ type: 'ready' }],
      [{ type: 'ready' }],
    ]);
  });
});

describe('CoordinatorState: counts', () => {
  const busy = { waiting: 2, running: 1, kvCacheUsage: 0.5 };
  const busyStats = stats({ numWaitingReqs: 2, numRunningReqs: 1, kvCacheUsage: 0.5 });
  const counts = (...loads: object[]) => [{ type: 'publish', report: { counts: loads, wave: 0, running: false } }];

  it('go out 100 ms after the last time when something changed, else after 5 s', () => {
    const state = coordinator({ mixtureOfExperts: false });
    expect([state.publishAt, state.publishDue(4_999)]).toEqual([5_000, []]);
    expect(state.publishDue(5_000)).toEqual(counts(idle, idle));
    state.engineReported(from(1, busyStats), 5_001);
    expect([state.publishAt, state.publishDue(5_099)]).toEqual([5_100, []]);
    expect(state.publishDue(5_100)).toEqual(counts(idle, busy));
    expect(state.publishAt).toBe(10_100);
  });

  it('of engines in lock-step wait until a step has been silent for 50 ms', () => {
    const state = coordinator();
    state.engineReported(from(1, busyStats), 990);
    expect(state.publishAt).toBe(1_040);
    state.engineReported(from(0, busyStats), 1_030);
    expect([state.publishAt, state.publishDue(1_079)]).toEqual([1_080, []]);
    expect(state.publishDue(1_080)).toEqual(counts(busy, busy));
  });

  it('of engines in lock-step are those of the step before when a newer one has begun', () => {
    const state = coordinator();
    state.engineReported(from(0, busyStats), 980);
    state.engineReported(from(1, busyStats), 981);
    state.engineReported(from(1, stats({ stepCounter: 1 })), 990);
    expect([state.publishAt, state.publishDue(990)]).toEqual([100, counts(busy, busy)]);
    expect([state.publishAt, state.publishDue(1_090)]).toEqual([1_090, counts(busy, idle)]);
  });

  it('are pairs before 0.27', () => {
    const state = coordinator({ release: '0.26.0', mixtureOfExperts: false });
    state.engineReported(from(0, busyStats), 1);
    expect(state.publishDue(100)).toEqual(counts({ waiting: 2, running: 1 }, { waiting: 0, running: 0 }));
  });

  it('grow and shrink with the deployment', () => {
    const state = coordinator({ mixtureOfExperts: false });
    state.engineReported(from(0, busyStats), 1);
    state.noticed({ type: 'scale', engineCount: 3 });
    expect(state.publishDue(100)).toEqual(counts(busy, idle, idle));
    state.noticed({ type: 'scale', engineCount: 1 });
    expect(state.publishDue(200)).toEqual(counts(busy));
    expect(() => state.engineReported(from(1, busyStats), 300)).toThrow(MalformedMessageError);
  });
});

describe('CoordinatorState among engines in lock-step', () => {
  const deployment = fc.record({
    engineCount: fc.integer({ min: 1, max: 4 }),
    frontEndCount: fc.integer({ min: 1, max: 3 }),
    release: fc.constantFrom('0.28.0', '0.32.0', '0.33.0'),
    releaseKnown: fc.boolean(),
    arrivals: fc.array(fc.record({ frontEnd: fc.nat(2), engine: fc.nat(3), steps: fc.integer({ min: 1, max: 6 }) }), {
      maxLength: 12,
    }),
    picks: fc.infiniteStream(fc.nat()),
  });

  it(
    'never deadlocks, never goes back a wave, and lets everyone sleep in the end, whatever overtakes what',
    { timeout: 60_000 },
    () => {
      fc.assert(
        fc.property(deployment, ({ arrivals, picks, ...options }) => {
          const choose = (count: number) => (picks.next().value as number) % count;
          const simulation = new LockStepDeployment({ ...options, choose });
          const { engineCount, frontEndCount } = options;
          simulation.run(
            arrivals.map(({ frontEnd, engine, steps }) => ({
              frontEnd: frontEnd % frontEndCount,
              engine: engine % engineCount,
              steps,
            })),
          );
          expect({ finished: simulation.finished, idle: simulation.idle }).toEqual({
            finished: arrivals.length,
            idle: true,
          });
          expect(simulation.waves).toEqual(simulation.waves.toSorted((one, other) => one - other));
          expect(new Set(simulation.engines.map(({ wave }) => wave)).size).toBe(1);
        }),
        { numRuns: 300 },
      );
    },
  );

  it('are never led back a wave, whatever is sent', () => {
    const message = fc.oneof(
      fc.record({ engine: fc.nat(3), waveComplete: fc.nat(5) }),
      fc.record({ engine: fc.nat(3), startWave: fc.nat(5) }),
      fc.record({ engine: fc.nat(3), noticed: fc.nat(5) }),
      fc.record({ engine: fc.nat(3), scale: fc.integer({ min: 4, max: 8 }) }),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 50 }), (messages) => {
        const state = coordinator({ engineCount: 4 });
        const waves = messages.flatMap(({ engine, ...message }) => {
          const actions =
            'noticed' in message
              ? state.noticed(firstRequest(engine, message.noticed))
              : 'scale' in message
                ? state.noticed({ type: 'scale', engineCount: message.scale })
                : state.engineReported(from(engine, message), 0);
          return actions.flatMap((action) =>
            action.type === 'start-wave' ? [action.wave] : action.type === 'publish' ? [action.report.wave] : [],
          );
        });
        expect(waves).toEqual(waves.toSorted((one, other) => one - other));
      }),
    );
  });
});
