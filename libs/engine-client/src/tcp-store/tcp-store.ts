import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { ConfigurationError } from '@app/errors';
import { storeConversation } from './store-conversation.js';
import { WaitableValues } from './waitable-values.js';

/** Clients put this before every key. */
const KEY_PREFIX = '/';

/**
 * A `torch.distributed.TCPStore`, the server's side (libuv protocol of torch 2.13): key-value memory by which engine cores find each other
 * when a deployment grows or shrinks. Whoever can connect can read and write it.
 */
export class TcpStore {
  private readonly values = new WaitableValues();
  private readonly peers = new Set<Socket>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((socket) => this.serve(socket)).unref();
  }

  /** Listens on a free port. Throws `ConfigurationError` for a host that is not ours. */
  static async listen(host: string): Promise<TcpStore> {
    const store = new TcpStore();
    try {
      store.server.listen(0, host);
      await once(store.server, 'listening');
      return store;
    } catch (error) {
      throw new ConfigurationError(`no TCP store can listen on ${host}: ${String(error)}`, { cause: error });
    }
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Resolves when clients have set all these keys. */
  wait(keys: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      this.values.wait(
        keys.map((key) => KEY_PREFIX + key),
        resolve,
      );
    });
  }

  close(): void {
    this.server.close();
    this.peers.forEach((peer) => peer.destroy());
  }

  private serve(socket: Socket): void {
    const conversation = storeConversation(this.values, (bytes) => socket.write(bytes));
    const unread = new ByteQueue();
    let needed = conversation.next().value;
    this.peers.add(socket);
    socket.setNoDelay(true).unref();
    socket.on('data', (chunk: Buffer) => {
      unread.push(chunk);
      try {
        while (unread.length >= needed) {
          needed = conversation.next(unread.take(needed)).value;
        }
      } catch {
        socket.destroy();
      }
    });
    // The end follows every error.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.peers.delete(socket);
      conversation.return(undefined as never);
    });
  }
}

/** Bytes that arrived in chunks and are taken in pieces. */
class ByteQueue {
  private chunks: Buffer[] = [];
  length = 0;

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.length += chunk.length;
  }

  /** A copy, so that a small value does not keep a large chunk. */
  take(count: number): Buffer {
    const all = this.chunks.length === 1 ? this.chunks[0] : Buffer.concat(this.chunks);
    this.chunks = [all.subarray(count)];
    this.length -= count;
    return Buffer.from(all.subarray(0, count));
  }
}
