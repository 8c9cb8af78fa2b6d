import { DEFAULT_SCOPE } from './scope.decorator.js';
import type { RouteScope } from './scope.decorator.js';

export interface Route {
  readonly method: string;
  /** Template: `/v1/responses/:id`. */
  readonly path: string;
  /** What a key needs for it. */
  readonly scope: RouteScope;
}

type ScopeByMethod = Map<string, RouteScope>;

/** Methods of every registered path: what a router that only says "no" cannot tell (405 and trailing slashes). */
export class RouteTable {
  private readonly methodsByPath = new Map<string, ScopeByMethod>();

  add(path: string, methods: readonly string[], scope: RouteScope = DEFAULT_SCOPE): void {
    const known: ScopeByMethod = this.methodsByPath.get(path) ?? new Map<string, RouteScope>();
    methods.forEach((method) => known.set(method, scope));
    this.methodsByPath.set(path, known);
  }

  /** Methods of the path among those whose scope `isShown`, sorted; empty when there is no such path. */
  methodsOf(path: string, isShown: (scope: RouteScope) => boolean = () => true): readonly string[] {
    const methods = this.methodsByPath.get(path) ?? this.methodsOfTemplate(path) ?? [];
    return [...methods].flatMap(([method, scope]) => (isShown(scope) ? method : [])).sort();
  }

  /** Every route, for the start log and for tests that go through all of them. */
  get routes(): readonly Route[] {
    return [...this.methodsByPath].flatMap(([path, methods]) =>
      [...methods].map(([method, scope]) => ({ method, path, scope })),
    );
  }

  private methodsOfTemplate(path: string): ScopeByMethod | undefined {
    for (const [template, methods] of this.methodsByPath) {
      if (template.includes(':') && matches(template, path)) {
        return methods;
      }
    }
    return undefined;
  }
}

function matches(template: string, path: string): boolean {
  const wanted = template.split('/');
  const parts = path.split('/');
  return (
    wanted.length === parts.length &&
    wanted.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index]))
  );
}
