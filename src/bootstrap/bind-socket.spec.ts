import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Server, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '@app/errors';
import { bindSocket } from './bind-socket.js';
import type { BoundSocket } from './bind-socket.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function bind(address: Parameters<typeof bindSocket>[0]): Promise<BoundSocket> {
  const bound = await bindSocket(address);
  open.push(bound);
  return bound;
}

describe('bindSocket', () => {
  it('says in one line that a port is taken', async () => {
    const { port = 0, url } = await bind({ host: '127.0.0.1', port: 0 });
    expect(url).toBe(`http://127.0.0.1:${port}`);
    await expect(bindSocket({ host: '127.0.0.1', port })).rejects.toThrow(
      new ConfigurationError(`cannot listen on 127.0.0.1:${port}: it is in use by another process`),
    );
  });

  it('resets who connects before there is a server', async () => {
    const { port = 0 } = await bind({ host: '127.0.0.1', port: 0 });
    const client = connect(port, '127.0.0.1');
    const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
  });

  it('takes a unix socket over from a process that is gone, but not from one that lives', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'aerie-bind-'));
    const uds = join(directory, 's');
    open.push({ close: () => rm(directory, { recursive: true, force: true }) });
    const living = new Server().listen(uds);
    await once(living, 'listening');
    await expect(bindSocket({ port: 0, uds })).rejects.toThrow(`cannot listen on unix:${uds}: it is in use`);
    // A handle that is closed without its server leaves the file behind, as a killed process does.
    const { rename } = await import('node:fs/promises');
    await rename(uds, `${uds}-kept`);
    living.close();
    await once(living, 'close');
    await rename(`${uds}-kept`, uds);
    expect((await bind({ port: 0, uds })).url).toBe(`unix:${uds}`);
  });
});
