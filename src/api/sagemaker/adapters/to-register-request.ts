import { BadRequestException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { toIssuesJson } from '@server/api/sagemaker/shared/issues-json';
import { anyTypeJson } from '@server/http/any-type-json';
import { compileValidator, RequestValidationError } from '@server/http/validation/index';
import { RegisterAdapterRequest } from './dto/register-adapter-request.dto.js';

const check = compileValidator(RegisterAdapterRequest);

/** The adapter that a request names: in its body, or in its query when the body is no JSON. Throws a 400 whose message is a list of what is wrong. */
export function toRegisterRequest(request: Pick<FastifyRequest, 'body' | 'query' | 'server'>): RegisterAdapterRequest {
  try {
    return check(bodyOrQuery(request));
  } catch (error) {
    if (!(error instanceof RequestValidationError)) throw error;
    // Places begin below the body.
    const issues = error.issues.map((issue) => ({ ...issue, loc: issue.loc.slice(1) }));
    throw new BadRequestException(toIssuesJson(issues));
  }
}

function bodyOrQuery(request: Pick<FastifyRequest, 'body' | 'query' | 'server'>): unknown {
  const noJson = new Error('the body is no JSON');
  try {
    return anyTypeJson(request, () => noJson);
  } catch (error) {
    if (error !== noJson) throw error;
    return lastOfEach(request.query);
  }
}

/** Of a parameter that is repeated the last one counts, as in every query. */
function lastOfEach(query: unknown): unknown {
  return Object.fromEntries(
    Object.entries(Object(query) as object).map(([name, value]: [string, unknown]) => [
      name,
      Array.isArray(value) ? (value as unknown[]).at(-1) : value,
    ]),
  );
}
