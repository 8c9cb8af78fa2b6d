import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '@app/errors';
import { dataHostOf, freeTcpAddress, ipcAddress, isLocalAddress } from './data-address.js';

describe('data addresses', () => {
  it('are new in every call', () => {
    const [one, other] = [ipcAddress('/tmp'), ipcAddress('/tmp')];
    expect(one).toMatch(/^ipc:\/\/\/tmp\/[0-9a-f-]{36}$/);
    expect(one).not.toBe(other);
  });

  it('refuse a directory whose sockets the system would cut', () => {
    expect(() => ipcAddress(`/run/${'d'.repeat(80)}`)).toThrow(ConfigurationError);
  });

  it.each([
    ['10.0.0.1', 'tcp://10.0.0.1:*'],
    ['::1', 'tcp://[::1]:*'],
    ['[::1]', 'tcp://[::1]:*'],
  ])('bracket IPv6: %s', (host, address) => {
    expect(freeTcpAddress(host)).toBe(address);
  });

  it.each([
    ['tcp://10.0.0.1:29550', '10.0.0.1'],
    ['tcp://[fd00::1]:29550', '[fd00::1]'],
    ['ipc:///run/x', '127.0.0.1'],
  ])('take the host of %s', (address, host) => {
    expect(dataHostOf(address)).toBe(host);
  });

  it.each(['tcp://*:1', 'tcp://0.0.0.0:1', 'tcp://[::]:1'])(
    'refuse %s, which no engine could connect to',
    (address) => {
      expect(() => dataHostOf(address)).toThrow(ConfigurationError);
    },
  );

  it.each([
    ['ipc:///run/x', true],
    ['tcp://127.0.0.1:1', true],
    ['tcp://[::1]:1', true],
    ['tcp://10.0.0.1:1', false],
    ['tcp://[fd00::1]:1', false],
  ])('know whether %s is on this machine', (address, local) => {
    expect(isLocalAddress(address)).toBe(local);
  });
});
