import { BadRequestException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { jsonBodyOf } from '@server/http/json-body.decorator';
import { RequestValidationError } from '@server/http/validation/index';

/** The JSON body of a route that has words of its own for one that is none, or missing. Throws `BadRequestException` with them. */
export function jsonBodyOr(request: FastifyRequest, malformed: string): unknown {
  try {
    const body = jsonBodyOf(request);
    if (body !== undefined) return body;
  } catch (error) {
    if (!isMalformed(error)) throw error;
  }
  throw new BadRequestException(malformed);
}

function isMalformed(error: unknown): boolean {
  return error instanceof RequestValidationError && error.issues[0]?.type === 'json_invalid';
}
