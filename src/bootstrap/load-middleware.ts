import { ConfigurationError } from '@app/errors';
import { ConfigProblemsError, loadModule } from '@server/config/index';
import type { Middleware } from '@server/http/middleware';

/**
 * The middleware of `--middleware`, outermost first: the last that was given. Each is `./file.mjs`, `/file.mjs` or the name of a package, seen from
 * the current folder, and its default export, or another one after `#`: a function `(request, response, next)`, or a class whose method
 * `use` is one. Throws `ConfigProblemsError` with everything that cannot be loaded.
 */
export async function loadMiddleware(names: readonly string[]): Promise<readonly Middleware[]> {
  const loaded = await Promise.allSettled(names.map(loadOne));
  const problems = loaded.flatMap((outcome, index) =>
    outcome.status === 'rejected' ? [problemOf(outcome.reason, names[index])] : [],
  );
  if (problems.length > 0) throw new ConfigProblemsError(problems);
  return loaded.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])).reverse();
}

async function loadOne(name: string): Promise<Middleware> {
  const [module, exportName = 'default'] = name.split('#');
  const source = `--middleware ${name}`;
  const exported = (await loadModule(module, { source }))[exportName];
  if (exported === undefined) throw new ConfigurationError(`${source}: the module has no export "${exportName}"`);
  const middleware = toMiddleware(exported);
  if (middleware === undefined) {
    throw new ConfigurationError(
      `${source}: "${exportName}" is neither a function (request, response, next) nor a class with a method use`,
    );
  }
  return middleware;
}

interface MiddlewareClass {
  new (): { readonly use: Middleware };
}

function toMiddleware(exported: unknown): Middleware | undefined {
  if (typeof exported !== 'function') return undefined;
  if (hasUse(exported.prototype)) {
    const instance = new (exported as unknown as MiddlewareClass)();
    return (request, response, next) => instance.use(request, response, next);
  }
  const isClass = Function.prototype.toString.call(exported).startsWith('class');
  return isClass ? undefined : (exported as Middleware);
}

function hasUse(prototype: unknown): boolean {
  return (
    typeof prototype === 'object' && prototype !== null && 'use' in prototype && typeof prototype.use === 'function'
  );
}

function problemOf(reason: unknown, name: string): string {
  if (reason instanceof ConfigurationError) return reason.message;
  return `--middleware ${name}: ${reason instanceof Error ? reason.message : String(reason)}`;
}
