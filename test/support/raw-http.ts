import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';

export interface RawAnswer {
  readonly status: number;
  /** By lower-case name; repeated ones joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends bytes as they stand over a connection of its own, and reads one answer until the server closes or it is complete. */
export async function rawExchange(url: string, request: string | Buffer): Promise<RawAnswer> {
  const socket = await openSocket(url);
  try {
    socket.write(request);
    return await readAnswer(socket);
  } finally {
    socket.destroy();
  }
}

export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname === '0.0.0.0' ? '127.0.0.1' : hostname, port: Number(port) });
  await once(socket, 'connect');
  return socket;
}

/** Reads until a Content-Length body or the last chunk is complete, or the connection ends. */
export async function readAnswer(socket: Socket): Promise<RawAnswer> {
  let received = '';
  for await (const chunk of socket) {
    received += (chunk as Buffer).toString('latin1');
    const answer = parseAnswer(received);
    if (answer?.complete) {
      return answer;
    }
  }
  const answer = parseAnswer(received);
  if (!answer) {
    throw new Error(`the connection ended without an answer: ${JSON.stringify(received)}`);
  }
  return answer;
}

function parseAnswer(text: string): (RawAnswer & { readonly complete: boolean }) | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) {
    return undefined;
  }
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const body = Buffer.from(text.slice(end + 4), 'latin1').toString('utf8');
  const length = headers['content-length'];
  const complete =
    headers['transfer-encoding'] === 'chunked'
      ? body.endsWith('0\r\n\r\n')
      : length !== undefined && Buffer.byteLength(body) >= Number(length);
  return { status: Number(statusLine.split(' ')[1]), headers, body, complete };
}
