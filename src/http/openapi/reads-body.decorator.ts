import 'reflect-metadata';
import type { RequestClass } from '../validation/index.js';

const REQUEST_BODIES = 'aerie:request-bodies';

/**
 * The classes of a route's body, for the OpenAPI document: one of them. `@JsonBody(Dto)` says so by itself; for routes that choose
 * between classes once they have seen the value.
 */
export function ReadsBody(...classes: readonly RequestClass<object>[]): MethodDecorator {
  return (controller, method) => Reflect.defineMetadata(REQUEST_BODIES, classes, controller, method);
}

/** Empty when none was declared. */
export function requestBodiesOf(controller: object, method: string): readonly RequestClass<object>[] {
  return (Reflect.getMetadata(REQUEST_BODIES, controller, method) as RequestClass<object>[] | undefined) ?? [];
}
