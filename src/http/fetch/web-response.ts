import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { toWebHeaders } from './web-request.js';

/** What a reply is sent with. */
export type Payload = string | Buffer | Readable | null | undefined;

/** Statuses that have no body in the Fetch standard. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/** The answer that is about to be sent, as the Fetch standard has it. A stream is taken over: what is sent in the end is the response's body. */
export function toWebResponse(reply: FastifyReply, payload: Payload): Response {
  const { statusCode: status } = reply;
  const hasBody = payload !== undefined && payload !== null && payload !== '' && !BODILESS.has(status);
  return new Response(hasBody ? toWebBody(payload) : null, { status, headers: toWebHeaders(reply.getHeaders()) });
}

/** Gives the reply the status and the headers of a response. */
export function applyHead(reply: FastifyReply, { status, headers }: Response): void {
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
  headers.forEach((value, name) => {
    // Each cookie is a header of its own: Fastify appends them.
    void reply.header(name, value);
  });
  void reply.code(status);
}

/** What to send for a response. */
export function toPayload({ body }: Response): Payload {
  return body ? Readable.fromWeb(body) : undefined;
}

function toWebBody(payload: string | Buffer | Readable): ConstructorParameters<typeof Response>[0] {
  if (typeof payload === 'string') return payload;
  return Buffer.isBuffer(payload) ? Uint8Array.from(payload) : (Readable.toWeb(payload) as ReadableStream);
}
