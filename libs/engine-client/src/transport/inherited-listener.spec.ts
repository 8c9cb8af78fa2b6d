import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, ListenOptions } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '@app/errors';
import { bindAddressOf } from './inherited-listener.js';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Node tells the descriptor of a socket in no other way. */
function descriptorOf(socket: object): number {
  return (socket as { readonly _handle: { readonly fd: number } })._handle.fd;
}

async function listen(on: ListenOptions) {
  const server = createServer().listen(on);
  cleanUps.push(() => server.close());
  await once(server, 'listening');
  return server;
}

describe.runIf(process.platform === 'linux')('bindAddressOf', () => {
  it('names the path of a unix socket', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'aerie-'));
    cleanUps.push(() => rm(directory, { recursive: true }));
    const path = join(directory, 'input');
    expect(bindAddressOf(descriptorOf(await listen({ path })))).toBe(`ipc://${path}`);
  });

  it('names the transport of a TCP socket', async () => {
    expect(bindAddressOf(descriptorOf(await listen({ host: '127.0.0.1', port: 0 })))).toBe('tcp://127.0.0.1:*');
  });

  it('refuses what does not listen', async () => {
    const server = await listen({ host: '127.0.0.1', port: 0 });
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    cleanUps.push(() => client.destroy());
    await once(client, 'connect');
    const fd = descriptorOf(client);
    expect(() => bindAddressOf(fd)).toThrow(new ConfigurationError(`descriptor ${fd} is no listening stream socket`));
  });

  it('refuses files, and what is not open', () => {
    const fd = openSync('/dev/null', 'r');
    expect(() => bindAddressOf(fd)).toThrow(new ConfigurationError(`descriptor ${fd} is no socket`));
    closeSync(fd);
    expect(() => bindAddressOf(fd)).toThrow(new ConfigurationError(`descriptor ${fd} is not open`));
  });
});
