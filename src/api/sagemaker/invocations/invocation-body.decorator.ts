import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { anyTypeJsonBodyOf } from '@server/http/any-type-json-body.decorator';
import { checkContentEncoding, checkContentType } from '@server/http/json-body';

/** The body of `POST /invocations`: unlike elsewhere its content type is looked at before its JSON (routes.md §5.2 nos. 0, 1). */
export const InvocationBody = createParamDecorator((_: undefined, execution: ExecutionContext): unknown => {
  const request: FastifyRequest = execution.switchToHttp().getRequest();
  checkContentEncoding(request.headers['content-encoding']);
  checkContentType(request.headers['content-type']);
  return anyTypeJsonBodyOf(request);
});
