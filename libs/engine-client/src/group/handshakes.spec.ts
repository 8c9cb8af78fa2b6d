import { afterEach, describe, expect, it, vi } from 'vitest';
import { encodeHandshake, engineIdentity } from '@app/engine-protocol';
import { ConfigurationError } from '@app/errors';
import { silentLogger } from '@app/logging';
import { Handshakes } from './handshakes.js';

function handshakes(timeoutMs = 4_000): Handshakes {
  const expected = { startRank: 0, engineCount: 1, localEngineCount: 0 };
  return new Handshakes({ expected, timeoutMs, logger: silentLogger });
}

function message(status: 'HELLO' | 'READY', numGpuBlocks?: number): Buffer[] {
  return [engineIdentity(0), encodeHandshake({ status, local: false, headless: true, numGpuBlocks })];
}

afterEach(() => vi.useRealTimers());

describe('Handshakes', () => {
  it('end with the READY of every engine, and keep the blocks that old releases tell in it', async () => {
    const state = handshakes();
    expect(state.accept(message('HELLO'))?.sendInit).toBe(true);
    expect(state.accept(message('READY', 77))?.sendInit).toBe(false);
    await state.finished;
    expect(state.numGpuBlocks).toEqual([77]);
  });

  it('wait anew after every step forward, not after noise', async () => {
    const state = handshakes(30);
    state.accept(message('HELLO'));
    const noise = setInterval(() => state.accept([engineIdentity(0), Buffer.from('noise')]), 5);
    await expect(state.finished).rejects.toThrow('READY of engine core 0 did not arrive within 0.03 s');
    clearInterval(noise);
  });

  it('end with the first engine that does not fit', async () => {
    const state = handshakes();
    state.accept([engineIdentity(5), encodeHandshake({ status: 'HELLO', local: false, headless: true })]);
    await expect(state.finished).rejects.toThrow(ConfigurationError);
  });

  it('tell in a long silence what they wait for', () => {
    vi.useFakeTimers();
    const info = vi.fn();
    const logger = { ...silentLogger, info };
    const expected = { startRank: 2, engineCount: 2, localEngineCount: 0 };
    const state = new Handshakes({ expected, timeoutMs: 600_000, logger });
    state.accept([engineIdentity(3), encodeHandshake({ status: 'HELLO', local: false, headless: true })]);
    vi.advanceTimersByTime(30_000);
    expect(info.mock.calls).toEqual([
      [{}, 'engine core 3 is there and loads its model'],
      [
        { missing: ['HELLO of engine core 2', 'READY of engine core 3'] },
        'still waiting for engines; one that had another server must be started again',
      ],
    ]);
    state.fail(new ConfigurationError('over'));
    vi.advanceTimersByTime(60_000);
    expect(info).toHaveBeenCalledTimes(2);
  });
});
