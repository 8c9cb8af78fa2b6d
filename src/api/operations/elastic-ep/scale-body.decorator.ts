import { BadRequestException, createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { jsonBodyOf } from '@server/http/json-body.decorator';
import { RequestValidationError } from '@server/http/validation/index';
import { toScaleCommand } from './to-scale-command.js';
import type { ScaleCommand } from './to-scale-command.js';

/** The body of `POST /scale_elastic_ep`; what is no JSON is refused in words of this route. */
export const ScaleBody = createParamDecorator((_: undefined, execution: ExecutionContext): ScaleCommand =>
  toScaleCommand(readBody(execution.switchToHttp().getRequest())),
);

function readBody(request: FastifyRequest): unknown {
  try {
    const body = jsonBodyOf(request);
    if (body !== undefined) return body;
  } catch (error) {
    if (!isMalformed(error)) throw error;
  }
  throw new BadRequestException('Invalid JSON format');
}

function isMalformed(error: unknown): boolean {
  return error instanceof RequestValidationError && error.issues[0]?.type === 'json_invalid';
}
