import type { WaveReport } from '@app/engine-server';
import { describe, expect, it, vi } from 'vitest';
import { WaveState } from './wave-state.js';

function waves(release: string, rank = 0) {
  const reports: WaveReport[] = [];
  const wake = vi.fn();
  const state = new WaveState(rank, release, wake);
  state.onReport((report) => reports.push(report));
  return { state, reports, wake };
}

describe('WaveState', () => {
  it('runs from the first request to the step after which nobody has work', () => {
    const { state, reports } = waves('0.33.0');
    state.requestArrived(0);
    state.requestArrived(0);
    state.stepped(true);
    state.stepped(true);
    expect([state.isRunning, state.wave, state.stepCounter]).toEqual([true, 0, 2]);
    state.stepped(false);
    expect([state.isRunning, state.wave, state.stepCounter]).toEqual([false, 1, 0]);
    // Once for the request, once for rank 0 that began to run.
    expect(reports).toEqual([{ startWave: 0 }, { startWave: 0 }, { waveComplete: 0 }]);
  });

  it.each([
    ['0.28.0', [{ startWave: 1 }, { waveComplete: 1 }]],
    ['0.32.0', [{ startWave: 1 }, { startWave: 1 }, { waveComplete: 1 }]],
    ['0.33.0', [{ startWave: 1 }, { startWave: 1 }, { waveComplete: 1 }]],
  ])('tells of a request of a wave that is over, %s', (release, expected) => {
    const { state, reports } = waves(release);
    state.startWave({ wave: 0, exclude: undefined });
    state.stepped(false);
    reports.length = 0;
    state.requestArrived(0);
    state.stepped(true);
    state.stepped(false);
    expect(reports).toEqual(expected);
  });

  it.each([
    ['0.28.0', 0, []],
    ['0.29.0', 0, [{ startWave: 3 }]],
    ['0.29.0', 1, []],
    ['0.33.0', 1, [{ startWave: 3 }]],
  ])(
    'leaves the notice of a request of its wave to the front end until 0.32: %s, rank %d',
    (release, rank, expected) => {
      const { state, reports } = waves(release, rank);
      state.requestArrived(3);
      if (rank === 0) state.stepped(true);
      expect(reports).toEqual(expected);
      expect(state.wave).toBe(3);
    },
  );

  it('starts when the coordinator says so, unless it is excluded or the wave is over', () => {
    const { state, wake } = waves('0.33.0', 1);
    state.startWave({ wave: 2, exclude: 1 });
    expect(state.isRunning).toBe(false);
    // Python names an engine by its identity, and so excludes nobody.
    state.startWave({ wave: 2, exclude: Buffer.from([1, 0]) });
    expect([state.isRunning, state.wave, wake.mock.calls.length]).toEqual([true, 2, 1]);
    state.stepped(false);
    state.startWave({ wave: 2, exclude: undefined });
    expect([state.isRunning, state.wave]).toEqual([false, 3]);
  });

  it('leaves the word that a wave is over to rank 0', () => {
    const { state, reports } = waves('0.32.0', 1);
    state.startWave({ wave: 0, exclude: undefined });
    state.stepped(false);
    expect(reports).toEqual([]);
  });
});
