import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The answers that each connection waits for. Node tells only the one that has the connection when its client leaves; those that are pipelined behind
 * it would never hear of it.
 */
export class OpenResponses {
  private readonly bySocket = new WeakMap<Socket, Set<ServerResponse>>();

  /** From now on the response emits `close` whatever becomes of the connection. */
  add({ socket }: IncomingMessage, response: ServerResponse): void {
    const open = this.bySocket.get(socket) ?? this.follow(socket);
    open.add(response);
    response.once('close', () => open.delete(response));
  }

  private follow(socket: Socket): Set<ServerResponse> {
    const open = new Set<ServerResponse>();
    this.bySocket.set(socket, open);
    // After Node has told the one it knows.
    socket.once('close', () => setImmediate(() => open.forEach(end)));
    return open;
  }
}

function end(response: ServerResponse): void {
  response.destroy();
  response.emit('close');
}
