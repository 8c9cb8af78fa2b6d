import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { anyTypeJson, hasBody } from './any-type-json.js';
import { ReadsBody } from './openapi/reads-body.decorator.js';
import { isObject, malformedJson, RequestValidationError, validatorOf } from './validation/index.js';
import type { RequestClass } from './validation/index.js';

/**
 * Parameters of a control route that stand side by side in its JSON body, checked against a DTO class. To FastAPI a body that is no object has none of
 * them, and one that is missing has no owner to show.
 */
export function BodyParameters(target: RequestClass<object>): ParameterDecorator {
  const decorate = CheckedParameters(target);
  return (controller, method, index) => {
    decorate(controller, method, index);
    if (method !== undefined) ReadsBody(target)(controller, method, {});
  };
}

const CheckedParameters = createParamDecorator((target: RequestClass<object>, execution: ExecutionContext): object => {
  const request: FastifyRequest = execution.switchToHttp().getRequest();
  const body = hasBody(request) ? anyTypeJson(request, malformedJson) : undefined;
  try {
    return validatorOf(target)(isObject(body) ? body : {});
  } catch (error) {
    if (!(error instanceof RequestValidationError)) throw error;
    throw new RequestValidationError(
      error.issues.map((issue) => (issue.type === 'missing' ? { ...issue, input: undefined } : issue)),
    );
  }
});
