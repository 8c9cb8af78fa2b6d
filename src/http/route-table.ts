/** Methods of every registered path: what a router that only says "no" cannot tell (405 and trailing slashes). */
export class RouteTable {
  private readonly methodsByPath = new Map<string, Set<string>>();

  add(path: string, methods: readonly string[]): void {
    const known = this.methodsByPath.get(path) ?? new Set();
    methods.forEach((method) => known.add(method));
    this.methodsByPath.set(path, known);
  }

  /** Methods of the path, sorted; empty when there is no such path. */
  methodsOf(path: string): readonly string[] {
    const methods = this.methodsByPath.get(path) ?? this.methodsOfTemplate(path);
    return [...(methods ?? [])].sort();
  }

  /** Every route, for the start log and for tests that go through all of them. */
  get routes(): readonly { readonly method: string; readonly path: string }[] {
    return [...this.methodsByPath].flatMap(([path, methods]) => [...methods].map((method) => ({ method, path })));
  }

  private methodsOfTemplate(path: string): ReadonlySet<string> | undefined {
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
