import { setImmediate as nextTurn } from 'node:timers/promises';

/** Messages handled before timers and other sockets get their turn: zeromq.js resolves at once while messages wait. */
const MESSAGES_PER_TURN = 64;

/** The part of a zeromq.js socket that the loop needs. */
export interface MessageSource {
  readonly closed: boolean;
  receive(): Promise<Buffer[]>;
}

/** Hands every message to `handler` until the socket is closed. Rejects when the socket breaks or `handler` throws. */
export async function receiveLoop(socket: MessageSource, handler: (frames: Buffer[]) => void): Promise<void> {
  for (let handled = 1; ; handled++) {
    const frames = await nextMessage(socket);
    if (!frames) return;
    handler(frames);
    if (handled % MESSAGES_PER_TURN === 0) await nextTurn();
  }
}

/** A pending `receive` rejects when its socket is closed: that is the end, not an error. */
async function nextMessage(socket: MessageSource): Promise<Buffer[] | undefined> {
  if (socket.closed) return undefined;
  try {
    return await socket.receive();
  } catch (error) {
    if (socket.closed) return undefined;
    throw error;
  }
}
