import { BadRequestException, createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { JsonTextError, parseJsonText } from './parse-json-text.js';

/** The request's body as JSON, whatever its content type says: the rule of control routes (errors-auth-middleware.md §1.5). */
export const AnyTypeJsonBody = createParamDecorator((_: undefined, execution: ExecutionContext): unknown =>
  anyTypeJsonBodyOf(execution.switchToHttp().getRequest()),
);

/** Throws `BadRequestException` in the words of Python's `json`. */
export function anyTypeJsonBodyOf({ body, server }: FastifyRequest): unknown {
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : '';
  try {
    return parseJsonText(text, server.jsonLimits);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    throw new BadRequestException(`JSON decode error: ${error.reason}: ${placeOf(text, error.offset)}`);
  }
}

/** As Python's `json` tells it; `offset` counts code points. */
function placeOf(text: string, offset: number): string {
  const before = [...text].slice(0, offset);
  const line = before.filter((character) => character === '\n').length + 1;
  const column = offset - before.lastIndexOf('\n');
  return `line ${line} column ${column} (char ${offset})`;
}
