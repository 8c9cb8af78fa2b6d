import { BadRequestException, createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { anyTypeJson } from './any-type-json.js';

/** The JSON body of a control route. `malformed`: what is said of a body that is none; default: where it goes wrong, as Python tells it. */
export const AnyTypeJsonBody = createParamDecorator(
  (malformed: string | undefined, execution: ExecutionContext): unknown =>
    anyTypeJsonBodyOf(execution.switchToHttp().getRequest(), malformed),
);

/** The same for a request. Throws `BadRequestException`. */
export function anyTypeJsonBodyOf(request: FastifyRequest, malformed?: string): unknown {
  return anyTypeJson(request, ({ reason, offset }, text) => {
    return new BadRequestException(malformed ?? `JSON decode error: ${reason}: ${placeOf(text, offset)}`);
  });
}

/** `offset` counts code points. */
function placeOf(text: string, offset: number): string {
  const before = [...text].slice(0, offset);
  const line = before.filter((character) => character === '\n').length + 1;
  const column = offset - before.lastIndexOf('\n');
  return `line ${line} column ${column} (char ${offset})`;
}
