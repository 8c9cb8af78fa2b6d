import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { validatorOf } from './validation/index.js';
import type { RequestClass } from './validation/index.js';

/** The request's query, checked against a DTO class; of a repeated parameter the last one counts. What is wrong becomes a 400. */
export const CheckedQuery = createParamDecorator(
  (target: RequestClass<object>, execution: ExecutionContext): object => {
    const given = Object.entries(queryOf(execution));
    return validatorOf(target, { root: 'query' })(
      Object.fromEntries(given.map(([name, value]) => [name, [value].flat().at(-1)])),
    );
  },
);

/** Every value of one parameter of the query, in their order. */
export const QueryValues = createParamDecorator((name: string, execution: ExecutionContext): readonly string[] => {
  const value = queryOf(execution)[name];
  return value === undefined ? [] : [value].flat();
});

function queryOf(execution: ExecutionContext): Readonly<Record<string, string | string[] | undefined>> {
  return execution.switchToHttp().getRequest<FastifyRequest>().query as Record<string, string | string[] | undefined>;
}
