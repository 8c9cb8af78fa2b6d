import { describe, expect, it } from 'vitest';
import { encodeHandshake, encodeRegistration, engineIdentity, layoutForRelease } from '@app/engine-protocol';
import { silentLogger } from '@app/logging';
import { ENGINE_INFO } from '@testing/engine-client';
import { HandshakeState } from './handshake-state.js';
import { StartUp } from './start-up.js';
import type { StartUpOptions } from './start-up.js';

const expected = { startRank: 0, engineCount: 1 };

function startUp(options: Partial<StartUpOptions> = {}): StartUp {
  const handshake = new HandshakeState({ ...expected, localEngineCount: 0 });
  return new StartUp({ expected, handshake, timeoutMs: 4_000, logger: silentLogger, ...options });
}

function registration(release: string): Buffer {
  return encodeRegistration(ENGINE_INFO, { layout: layoutForRelease(release), rank: 0, instanceId: 'one' });
}

function handshake(status: 'HELLO' | 'READY', numGpuBlocks?: number): Buffer[] {
  return [engineIdentity(0), encodeHandshake({ status, local: false, headless: true, numGpuBlocks })];
}

describe('StartUp', () => {
  it.each([
    ['before', ['ready', 'registration']],
    ['after', ['registration', 'ready']],
  ])('takes the blocks of old releases from a READY %s the registration', async (_, order) => {
    const state = startUp({ release: '0.18.0' });
    expect(state.handshake(handshake('HELLO'))).toEqual(engineIdentity(0));
    for (const message of order) {
      if (message === 'ready') {
        expect(state.handshake(handshake('READY', 77))).toBeUndefined();
      } else {
        expect(state.registration([engineIdentity(0), registration('0.18.0')])).toBe(true);
      }
    }
    const [engine] = await state.finished;
    expect(engine.layout.release).toBe('0.18.0');
    expect(engine.registration.numGpuBlocks).toBe(77);
  });

  it('needs nothing but registrations when somebody else did the handshake', async () => {
    const state = startUp({ handshake: undefined });
    state.registration([engineIdentity(0), registration('0.32.0')]);
    const [{ layout, registration: told }] = await state.finished;
    expect([layout.release, told.maxModelLen]).toEqual(['0.32.0', ENGINE_INFO.maxModelLen]);
  });

  it.each([
    ['another rank', [engineIdentity(1), registration('0.33.0')]],
    ['a stranger', [Buffer.from('router'), registration('0.33.0')]],
    ['a message of three frames', [engineIdentity(0), registration('0.33.0'), Buffer.alloc(0)]],
    ['what is no map', [engineIdentity(0), Buffer.from([0xc1])]],
  ])('does not take the registration of %s', async (_, frames) => {
    const state = startUp({ handshake: undefined, timeoutMs: 10 });
    expect(state.registration(frames)).toBe(false);
    await expect(state.finished).rejects.toThrow('the registration of engine core 0 did not arrive within 0.01 s');
  });

  it('waits anew after every step forward, not after noise', async () => {
    const state = startUp({ timeoutMs: 30 });
    state.handshake(handshake('HELLO'));
    const noise = setInterval(() => state.handshake([engineIdentity(0), Buffer.from('noise')]), 5);
    await expect(state.finished).rejects.toThrow(
      'READY of engine core 0, the registration of engine core 0 did not arrive',
    );
    clearInterval(noise);
  });
});
