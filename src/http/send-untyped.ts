import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** Answers with text that has no content type, as vLLM's plain answers have none; Fastify would give one to a string. */
export async function sendUntyped(reply: FastifyReply, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  await reply.header('content-length', bytes.length).send(Readable.from([bytes]));
}
