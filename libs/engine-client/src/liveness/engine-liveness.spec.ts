import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '@app/errors';
import { EngineLiveness } from './engine-liveness.js';
import { DEFAULT_LIVENESS_LIMITS, livenessLimits } from './liveness-limits.js';

const limits = {
  pingIntervalMs: 1_000,
  idlePingIntervalMs: 5_000,
  pingDeadlineMs: 4_000,
  unreachableDeadlineMs: 2_500,
};

function watch(engineCount = 1) {
  const actions: string[] = [];
  let clock = 0;
  const liveness = new EngineLiveness(
    engineCount,
    limits,
    {
      ping: (engine) => actions.push(`${clock} ping ${engine}`),
      retry: (engine) => actions.push(`${clock} retry ${engine}`),
      dead: (engine, reason) => actions.push(`${clock} dead ${engine}: ${reason}`),
    },
    0,
  );
  /** Ticks every 500 ms up to and with `until`. */
  const run = (until: number, inFlight: readonly number[] = [0]): void => {
    while (clock < until) {
      clock += 500;
      liveness.tick(clock, inFlight);
    }
  };
  return { liveness, actions, run, clock: () => clock };
}

describe('EngineLiveness', () => {
  it('asks a busy engine once after the interval and gives it up after the deadline', () => {
    const { actions, run } = watch();
    run(5_000, [3]);
    expect(actions).toEqual(['1000 ping 0', '5000 dead 0: it has not answered for 5 s']);
  });

  it('asks an idle engine less often', () => {
    const { actions, run } = watch();
    run(8_500);
    expect(actions).toEqual(['5000 ping 0']);
  });

  it('does not ask an engine that talks', () => {
    const { liveness, actions, run } = watch();
    for (let now = 500; now <= 10_000; now += 500) {
      liveness.heard(0, now);
      run(now, [1]);
    }
    expect(actions).toEqual([]);
  });

  it('takes any message for the answer, and then starts again', () => {
    const { liveness, actions, run } = watch();
    run(4_500, [1]);
    liveness.heard(0, 4_600);
    run(9_500, [1]);
    expect(actions).toEqual(['1000 ping 0', '6000 ping 0']);
  });

  it('asks every engine at once, and again, when a connection was lost', () => {
    const { liveness, actions, run } = watch(2);
    liveness.connectionLost(0);
    run(3_000);
    expect(actions).toEqual(['0 ping 0', '0 ping 1', '500 ping 0', '500 ping 1', '1000 ping 0', '1000 ping 1']);
  });

  it('does not ask more often when connections end in a row', () => {
    const { liveness, actions } = watch();
    for (let now = 0; now < 200; now++) {
      liveness.connectionLost(now);
    }
    expect(actions).toHaveLength(4);
  });

  it('retries an unreachable engine on every tick and gives it up after its deadline', () => {
    const { liveness, actions, run } = watch(2);
    liveness.unreachable(1, 0);
    run(2_500);
    expect(actions).toEqual([
      '500 retry 1',
      '1000 retry 1',
      '1500 retry 1',
      '2000 retry 1',
      '2500 dead 1: its connection was lost',
    ]);
  });

  it('counts a second loss from its own beginning', () => {
    const { liveness, actions, run } = watch();
    liveness.unreachable(0, 0);
    run(1_000);
    liveness.reachable(0);
    liveness.unreachable(0, 1_000);
    run(3_000);
    expect(actions.filter((action) => action.includes('dead'))).toEqual([]);
    run(3_500);
    expect(actions.at(-1)).toBe('3500 dead 0: its connection was lost');
  });

  it('watches engines that come, from then on, and none that have left', () => {
    const { liveness, actions, run } = watch(1);
    run(1_000);
    liveness.resize(2, 1_000);
    run(2_000, [0, 1]);
    expect(actions).toEqual(['2000 ping 1']);
    liveness.resize(1, 2_000);
    liveness.unreachable(1, 2_000);
    liveness.reachable(1);
    run(4_500, [0, 1]);
    expect(actions).toEqual(['2000 ping 1']);
  });

  it('does not hold its own standstill against the engine', () => {
    const { liveness, actions, run } = watch();
    run(1_000, [1]);
    liveness.tick(60_000, [1]);
    expect(actions).toEqual(['1000 ping 0']);
    [61_000, 62_500, 63_900].forEach((now) => liveness.tick(now, [1]));
    expect(actions).toEqual(['1000 ping 0']);
    liveness.tick(64_000, [1]);
    expect(actions.at(-1)).toBe('1000 dead 0: it has not answered for 5 s');
  });
});

describe('livenessLimits', () => {
  it('fills in what is not given', () => {
    expect(livenessLimits({ pingDeadlineMs: 7 })).toEqual({ ...DEFAULT_LIVENESS_LIMITS, pingDeadlineMs: 7 });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s ms', (pingIntervalMs) => {
    expect(() => livenessLimits({ pingIntervalMs })).toThrow(ConfigurationError);
  });
});
