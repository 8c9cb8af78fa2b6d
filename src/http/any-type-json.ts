import type { FastifyRequest } from 'fastify';
import { bodyText } from './body-text.js';
import { JsonTextError, parseJsonText } from './parse-json-text.js';

/** The request's body as JSON, whatever its content type says: the rule of control routes (errors-auth-middleware.md §1.5). `malformed` makes the error. */
export function anyTypeJson(
  { body, server }: Pick<FastifyRequest, 'body' | 'server'>,
  malformed: (error: JsonTextError, text: string) => Error,
): unknown {
  const text = textOf(body);
  if (text === undefined) throw malformed(new JsonTextError('Invalid UTF-8', 0), '');
  try {
    return parseJsonText(text, server.jsonLimits);
  } catch (error) {
    throw error instanceof JsonTextError ? malformed(error, text) : error;
  }
}

export function hasBody({ body }: Pick<FastifyRequest, 'body'>): boolean {
  return textOf(body) !== '';
}

function textOf(body: unknown): string | undefined {
  return Buffer.isBuffer(body) ? bodyText(body) : '';
}
