import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { readJsonBody } from './json-body.js';
import { ReadsBody } from './openapi/reads-body.decorator.js';
import type { JsonLimits } from './parse-json-text.js';
import { validatorOf } from './validation/index.js';
import type { RequestClass } from './validation/index.js';

/**
 * The request's body: read as JSON and, given a DTO class, checked against it (compiled once per class). Without a class the raw value.
 * What is wrong becomes a 400 before the controller runs.
 */
export function JsonBody(target?: RequestClass<object>): ParameterDecorator {
  const decorate = CheckedBody(target);
  return (controller, method, index) => {
    decorate(controller, method, index);
    if (target && method !== undefined) ReadsBody(target)(controller, method, {});
  };
}

const CheckedBody = createParamDecorator(
  (target: RequestClass<object> | undefined, execution: ExecutionContext): unknown => {
    const value = jsonBodyOf(execution.switchToHttp().getRequest());
    return target ? validatorOf(target)(value) : value;
  },
);

/** The raw value; undefined without a body. Throws what `readJsonBody` does. */
export function jsonBodyOf({ headers, body, server }: FastifyRequest): unknown {
  const bytes = Buffer.isBuffer(body) ? body : undefined;
  const { 'content-type': contentType, 'content-encoding': contentEncoding } = headers;
  return readJsonBody({ contentType, contentEncoding, bytes }, server.jsonLimits);
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Bounds for every JSON body. */
    jsonLimits: JsonLimits;
  }
}
