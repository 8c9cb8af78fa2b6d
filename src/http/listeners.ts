import type { IncomingMessage, RequestListener } from 'node:http';
import type { RouteScope } from './scope.decorator.js';

const ADMIN_SCOPES: ReadonlySet<RouteScope> = new Set(['metrics', 'admin']);

/** With an admin listener, these are there alone. */
export function isForOperators(scope: RouteScope): boolean {
  return ADMIN_SCOPES.has(scope);
}

/**
 * Which routes a request sees, by the socket it came in through; nothing a client writes has a say in it. With an admin listener, what is for
 * operators is there alone and what is for users is not, and probes are on both.
 */
export class Listeners {
  private readonly atAdmin = new WeakSet<IncomingMessage>();

  constructor(readonly hasAdmin: boolean) {}

  /** The handler for the admin listener's server. */
  toAdminHandler(handler: RequestListener): RequestListener {
    return (request, response) => {
      this.atAdmin.add(request);
      handler(request, response);
    };
  }

  shows(request: IncomingMessage, scope: RouteScope): boolean {
    return !this.hasAdmin || scope === 'open' || isForOperators(scope) === this.atAdmin.has(request);
  }
}
