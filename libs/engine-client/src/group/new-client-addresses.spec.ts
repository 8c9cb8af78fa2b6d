import { describe, expect, it } from 'vitest';
import { newClientAddresses } from './new-client-addresses.js';

describe('newClientAddresses', () => {
  it('gives every process a pair of sockets in the directory', async () => {
    const pairs = await newClientAddresses({ count: 2, dataDirectory: '/run/x', handshakeAddress: 'ipc:///run/x/h' });
    const addresses = pairs.flatMap(({ input, output }) => [input, output]);
    expect(new Set(addresses).size).toBe(4);
    expect(addresses.every((address) => /^ipc:\/\/\/run\/x\/[-0-9a-f]{36}$/.test(address))).toBe(true);
  });

  it.each([
    ['tcp://127.0.0.1:29550', /^tcp:\/\/127\.0\.0\.1:\d+$/],
    ['tcp://[::1]:29550', /^tcp:\/\/\[::1\]:\d+$/],
  ])('finds free ports on the host of %s', async (handshakeAddress, form) => {
    const pairs = await newClientAddresses({ count: 3, handshakeAddress });
    const addresses = pairs.flatMap(({ input, output }) => [input, output]);
    expect(new Set(addresses).size).toBe(6);
    expect(addresses.filter((address) => !form.test(address))).toEqual([]);
  });

  it('refuses a handshake address that names no interface', async () => {
    await expect(newClientAddresses({ count: 1, handshakeAddress: 'tcp://0.0.0.0:29550' })).rejects.toThrow(
      'names no interface',
    );
  });
});
