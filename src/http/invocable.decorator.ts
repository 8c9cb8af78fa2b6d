import { SetMetadata } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { RequestContext } from './request-context.js';
import type { RequestClass } from './validation/index.js';

/**
 * Forms of a `POST /invocations` body, in the order in which they are tried (routes.md §5.2), each with the sets of keys that tell it: a body is of the
 * first form that it has all keys of one set of.
 */
export const invocationForms = {
  ChatCompletionRequest: [['messages']],
  CompletionRequest: [['prompt'], ['prompt_embeds']],
  EmbeddingRequest: [['input'], ['messages']],
  ClassificationRequest: [['input'], ['messages']],
  RerankRequest: [['query', 'documents']],
  ScoreRequest: [
    ['queries', 'documents'],
    ['queries', 'items'],
    ['data_1', 'data_2'],
    ['text_1', 'text_2'],
  ],
  PoolingRequest: [['input'], ['messages'], ['data']],
} as const satisfies Readonly<Record<string, readonly (readonly string[])[]>>;

export type InvocationForm = keyof typeof invocationForms;

/** A controller's method that answers a request of one class. */
export type InvocationHandler<T extends object> = (
  body: T,
  context: RequestContext,
  reply: FastifyReply,
) => Promise<void>;

/** What `Invocable` leaves on a method. */
export interface InvocableMethod {
  readonly form: InvocationForm;
  readonly request: RequestClass<object>;
}

export const INVOCABLE = Symbol('invocable');

/** Offers a controller's method to `POST /invocations` too: bodies of this form are checked against the class and answered as on the method's own route. */
export function Invocable<T extends object>(form: InvocationForm, request: RequestClass<T>) {
  const mark = SetMetadata<typeof INVOCABLE, InvocableMethod>(INVOCABLE, { form, request });
  return (owner: object, method: string, descriptor: TypedPropertyDescriptor<InvocationHandler<T>>): void => {
    mark(owner, method, descriptor);
  };
}
