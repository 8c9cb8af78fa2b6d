import { readFileSync, readlinkSync } from 'node:fs';
import { ConfigurationError } from '@app/errors';

/** Flag of a Unix socket that listens (__SO_ACCEPTCON), and its type (SOCK_STREAM), as `/proc/net/unix` writes them. */
const UNIX_LISTENS = '00010000';
const UNIX_STREAM = '0001';
/** TCP_LISTEN, as `/proc/net/tcp` writes it. */
const TCP_LISTENS = '0A';

/**
 * The address ZeroMQ must be told to bind for a descriptor it adopts (ZMQ_USE_FD): `ipc://` with the path of the socket, or a `tcp://` one that
 * only names the transport. Throws `ConfigurationError` for anything but a listening stream socket: on that libzmq would end the process.
 */
export function bindAddressOf(fd: number): string {
  const inode = socketInode(fd);
  const unix = rows('unix').find((columns) => columns[6] === inode);
  if (unix !== undefined) {
    const [, , , flags, type, , , ...words] = unix;
    const path = words.join(' ');
    mustListen(fd, flags === UNIX_LISTENS && type === UNIX_STREAM && path !== '');
    return `ipc://${path}`;
  }
  const tcp = [...rows('tcp'), ...rows('tcp6')].find((columns) => columns[9] === inode);
  mustListen(fd, tcp?.[3] === TCP_LISTENS);
  return 'tcp://127.0.0.1:*';
}

function socketInode(fd: number): string {
  let target: string;
  try {
    target = readlinkSync(`/proc/self/fd/${fd}`);
  } catch (error) {
    throw new ConfigurationError(`descriptor ${fd} is not open`, { cause: error });
  }
  const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
  if (inode === undefined) {
    throw new ConfigurationError(`descriptor ${fd} is no socket`);
  }
  return inode;
}

/** A table of the kernel's sockets by columns; empty where there is none (no IPv6). */
function rows(table: 'unix' | 'tcp' | 'tcp6'): readonly (readonly string[])[] {
  let text: string;
  try {
    text = readFileSync(`/proc/self/net/${table}`, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').map((line) => line.trim().split(/\s+/));
}

function mustListen(fd: number, listens: boolean): void {
  if (!listens) {
    throw new ConfigurationError(`descriptor ${fd} is no listening stream socket`);
  }
}
