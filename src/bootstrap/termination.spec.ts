import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Termination } from './termination.js';

class Signals extends EventEmitter {
  readonly exits: number[] = [];

  exit(code: number): never {
    this.exits.push(code);
    throw new Error('exited');
  }
}

describe('Termination', () => {
  it('hears the first signal, and ends the process at the second', async () => {
    const signals = new Signals();
    const termination = new Termination(signals);
    expect(termination.signal.aborted).toBe(false);
    signals.emit('SIGTERM');
    await termination.requested;
    expect(signals.exits).toEqual([]);
    expect(() => signals.emit('SIGINT')).toThrow('exited');
    expect(signals.exits).toEqual([130]);
  });

  it('leaves it at the first signal where others may send more', () => {
    const signals = new Signals();
    const termination = new Termination(signals, { secondSignalExits: false });
    signals.emit('SIGINT');
    signals.emit('SIGTERM');
    expect([termination.signal.aborted, signals.exits]).toEqual([true, []]);
  });

  it('gives the signals back', () => {
    const signals = new Signals();
    new Termination(signals).dispose();
    expect(signals.listenerCount('SIGTERM') + signals.listenerCount('SIGINT')).toBe(0);
  });
});
