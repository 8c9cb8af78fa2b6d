import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '@app/errors';
import { engineIdentity } from '@app/engine-protocol';
import type { HandshakeMessage } from '@app/engine-protocol';
import { HandshakeState } from './handshake-state.js';

const hello = (engine: Partial<HandshakeMessage> = {}): HandshakeMessage => ({
  status: 'HELLO',
  local: false,
  headless: true,
  ...engine,
});
const ready = (engine: Partial<HandshakeMessage> = {}): HandshakeMessage => hello({ status: 'READY', ...engine });
const local = { local: true, headless: false };

/** Ranks 2 and 3; rank 2 is local. */
const twoEngines = () => new HandshakeState({ startRank: 2, engineCount: 2, localEngineCount: 1 });

describe('HandshakeState', () => {
  it('answers each HELLO with INIT and is complete after every READY', () => {
    const state = twoEngines();
    expect(state.missing()).toEqual(['HELLO of engine core 2', 'HELLO of engine core 3']);
    expect(state.accept(engineIdentity(3), hello())).toEqual({ engine: 1, sendInit: true });
    expect(state.accept(engineIdentity(2), hello(local))).toEqual({ engine: 0, sendInit: true });
    expect(state.accept(engineIdentity(3), ready())).toEqual({ engine: 1, sendInit: false });
    expect(state.missing()).toEqual(['READY of engine core 2']);
    expect(state.complete).toBe(false);
    state.accept(engineIdentity(2), ready(local));
    expect(state.complete).toBe(true);
    expect(state.missing()).toEqual([]);
  });

  it.each([
    ['a rank that is not ours', engineIdentity(4), hello(), /identity 4 wants to join; ranks 2 to 3 are expected/],
    ['an identity that is no rank', Buffer.from('router'), hello(), /identity 0x726f75746572/],
    ['a remote engine in a local place', engineIdentity(2), hello(), /engine core 2 says it is remote, but 1 of 2/],
    ['a local engine in a remote place', engineIdentity(3), hello(local), /engine core 3 says it is local/],
    [
      'a remote engine that is not headless',
      engineIdentity(3),
      hello({ headless: false }),
      /not started with --headless/,
    ],
    ['READY before HELLO', engineIdentity(3), ready(), /engine core 3 sent READY although it is new/],
  ])('refuses %s', (_, identity, message, text) => {
    const accept = () => twoEngines().accept(identity, message);
    expect(accept).toThrow(ConfigurationError);
    expect(accept).toThrow(text);
  });

  it.each([
    ['HELLO twice', [hello(), hello()]],
    ['READY twice', [hello(), ready(), ready()]],
    ['HELLO after READY', [hello(), ready(), hello()]],
  ])('refuses %s', (_, messages) => {
    const state = twoEngines();
    messages.slice(0, -1).forEach((message) => state.accept(engineIdentity(3), message));
    expect(() => state.accept(engineIdentity(3), messages.at(-1)!)).toThrow(ConfigurationError);
  });

  it.each([
    ['different', 'a', 'b', true],
    ['one-sided', undefined, 'b', true],
    ['equal', 'a', 'a', false],
  ])('compares the parallel settings of the engines: %s', (_, one, other, refused) => {
    const state = new HandshakeState({ startRank: 0, engineCount: 2, localEngineCount: 0 });
    [0, 1].forEach((rank) => state.accept(engineIdentity(rank), hello()));
    state.accept(engineIdentity(1), ready({ parallelConfigHash: one }));
    const last = () => state.accept(engineIdentity(0), ready({ parallelConfigHash: other }));
    if (refused) {
      expect(last).toThrow(/engine core 0 and engine core 1 were started with different parallel settings/);
    } else {
      expect(last).not.toThrow();
    }
  });
});
