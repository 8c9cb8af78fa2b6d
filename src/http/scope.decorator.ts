import { RouteConfig } from '@nestjs/platform-fastify';

/** What a key may be used for. `admin`: whatever changes the server or shows its inside. */
export const KEY_SCOPES = ['infer', 'tokenize', 'metrics', 'admin'] as const;

export type KeyScope = (typeof KEY_SCOPES)[number];

/** What a route asks for; `open`: nothing, because probes and load balancers have no key. */
export type RouteScope = KeyScope | 'open';

/** Of a route that declares none: nothing is reachable because somebody forgot a line. */
export const DEFAULT_SCOPE: RouteScope = 'admin';

/**
 * The scope that a key needs for this route; on a controller, for each of its own methods that declares none. It travels in Fastify's
 * `routeOptions.config`, where hooks see it before the body is read. A route made without Nest says `{ config: { scope } }` itself.
 */
export function Scope(scope: RouteScope): ClassDecorator & MethodDecorator {
  const config = RouteConfig({ scope });
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (name !== undefined && descriptor !== undefined) {
      config(target, name, descriptor);
      return;
    }
    ownMethods(target as new () => object)
      .filter((method) => !Reflect.hasMetadata(config.KEY, method))
      .forEach((method) => config(method));
  };
}

type Method = () => unknown;

function ownMethods(controller: new () => object): readonly Method[] {
  return Object.entries(Object.getOwnPropertyDescriptors(controller.prototype))
    .filter(([name]) => name !== 'constructor')
    .map(([, { value }]) => value as unknown)
    .filter((value): value is Method => typeof value === 'function');
}

declare module 'fastify' {
  interface FastifyContextConfig {
    scope?: RouteScope;
  }
}
