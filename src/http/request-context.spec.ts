import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { RequestContext } from './request-context.js';

describe('RequestContext', () => {
  it('keeps no process alive with a deadline', () => {
    const request = new IncomingMessage(new Socket());
    const response = new ServerResponse(request);
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    new RequestContext(request, response, { engineDead: false }).setDeadline(60_000);
    expect(timers()).toBe(before);
    response.emit('close');
  });
});
