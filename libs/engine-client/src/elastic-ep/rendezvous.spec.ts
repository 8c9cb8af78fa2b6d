import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '@app/errors';
import { openRendezvous } from './rendezvous.js';

describe('openRendezvous', () => {
  it('names five ports and a store, all different', async () => {
    const rendezvous = await openRendezvous('127.0.0.1');
    const { place } = rendezvous;
    const storePort = 'storePort' in place.meeting ? place.meeting.storePort : 0;
    const ports = [place.masterPort, ...place.masterPortList, storePort];
    expect([place.masterIp, new Set(ports).size, ports.every((port) => port > 0)]).toEqual(['127.0.0.1', 6, true]);
    rendezvous.close();
  });

  it('says that a host is not ours', async () => {
    await expect(openRendezvous('192.0.2.1')).rejects.toThrow(ConfigurationError);
  });
});
