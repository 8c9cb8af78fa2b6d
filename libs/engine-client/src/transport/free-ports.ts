import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

/** TCP ports of `host`, all different, and free a moment ago: nothing keeps them so until they are bound. */
export async function freePorts(host: string, count: number): Promise<readonly number[]> {
  const held: Server[] = [];
  try {
    for (let index = 0; index < count; index++) {
      const server = createServer();
      held.push(server.listen(0, host));
      await once(server, 'listening');
    }
    return held.map((server) => (server.address() as AddressInfo).port);
  } finally {
    await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}
