import { setImmediate as nextTurn } from 'node:timers/promises';

/** Time the handlers of one loop may take before timers and other sockets get their turn. */
const TURN_BUDGET_MS = 10;

export interface MessageSource {
  readonly closed: boolean;
  receive(): Promise<Buffer[]>;
}

/**
 * Hands every message to `handler` until the socket is closed. A backlog does not starve the event loop: zeromq.js resolves at once while
 * messages wait, so the loop gives way by itself once the handlers have used their budget.
 * Rejects when the socket breaks, or when `handler` throws.
 */
export async function receiveLoop(socket: MessageSource, handler: (frames: Buffer[]) => void): Promise<void> {
  let busyMs = 0;
  while (!socket.closed) {
    const frames = await nextMessage(socket);
    if (frames === undefined) {
      return;
    }
    const started = performance.now();
    handler(frames);
    busyMs += performance.now() - started;
    if (busyMs > TURN_BUDGET_MS) {
      busyMs = 0;
      await nextTurn();
    }
  }
}

/** A pending `receive` rejects when its socket is closed: that is the end, not an error. */
async function nextMessage(socket: MessageSource): Promise<Buffer[] | undefined> {
  try {
    return await socket.receive();
  } catch (error) {
    if (socket.closed) {
      return undefined;
    }
    throw error;
  }
}
