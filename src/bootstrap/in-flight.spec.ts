import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { InFlight } from './in-flight.js';

const response = (): ServerResponse => new EventEmitter() as ServerResponse;

describe('InFlight', () => {
  it('is idle when the last answer is complete', async () => {
    const inFlight = new InFlight();
    const [a, b] = [response(), response()];
    inFlight.add(a);
    inFlight.add(b);
    const idle = inFlight.idle(60_000);
    a.emit('close');
    expect(inFlight.count).toBe(1);
    b.emit('close');
    expect(await idle).toBe(true);
  });

  it('waits no longer than it is told', async () => {
    const inFlight = new InFlight();
    inFlight.add(response());
    expect(await inFlight.idle(0)).toBe(false);
    expect(await inFlight.idle(1)).toBe(false);
  });
});
