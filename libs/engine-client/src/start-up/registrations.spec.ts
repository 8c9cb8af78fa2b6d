import { describe, expect, it } from 'vitest';
import { encodeRegistration, engineIdentity, layoutForRelease } from '@app/engine-protocol';
import { silentLogger } from '@app/logging';
import { ENGINE_INFO } from '@testing/engine-client';
import { Registrations } from './registrations.js';
import type { RegistrationsOptions } from './registrations.js';

function registrations(options: Partial<RegistrationsOptions> = {}): Registrations {
  const expected = { startRank: 0, engineCount: 1 };
  return new Registrations({ expected, timeoutMs: 4_000, logger: silentLogger, ...options });
}

function payload(release: string): Buffer {
  return encodeRegistration(ENGINE_INFO, { layout: layoutForRelease(release), rank: 0, instanceId: 'one' });
}

describe('Registrations', () => {
  it('are complete when every engine has told its own, in the order of ranks', async () => {
    const state = registrations({ expected: { startRank: 3, engineCount: 2 } });
    const finished = state.wait();
    expect(state.accept([engineIdentity(4), payload('0.33.0')])).toBe(true);
    expect(state.accept([engineIdentity(3), payload('0.32.0')])).toBe(true);
    expect((await finished).map(({ layout }) => layout.release)).toEqual(['0.32.0', '0.33.0']);
  });

  it('have the layout of the release that the operator names', async () => {
    const state = registrations({ release: '0.18.0' });
    state.accept([engineIdentity(0), payload('0.17.0')]);
    const [{ layout, payload: told }] = await state.finished;
    expect([layout.release, told]).toEqual(['0.18.0', payload('0.17.0')]);
  });

  it.each([
    ['another rank', [engineIdentity(1), payload('0.33.0')]],
    ['a stranger', [Buffer.from('router'), payload('0.33.0')]],
    ['a message of three frames', [engineIdentity(0), payload('0.33.0'), Buffer.alloc(0)]],
    ['what is no map', [engineIdentity(0), Buffer.from([0xc1])]],
  ])('are not taken from %s', async (_, frames) => {
    const state = registrations({ timeoutMs: 10 });
    expect(state.accept(frames)).toBe(false);
    await expect(state.wait()).rejects.toThrow('the registration of engine core 0 did not arrive within 0.01 s');
  });
});
