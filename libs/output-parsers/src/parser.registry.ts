import { ConfigurationError } from '@app/errors';

interface Definition {
  readonly name: string;
  readonly models: readonly RegExp[];
}

/** Definitions by the name an operator chooses them with. */
export class ParserRegistry<D extends Definition> {
  private readonly byName = new Map<string, D>();

  /** `kind`: what the error message calls them. Throws when two share a name. */
  constructor(
    private readonly kind: string,
    definitions: readonly D[],
  ) {
    for (const definition of definitions) {
      if (this.byName.has(definition.name)) throw new Error(`${kind} "${definition.name}" is registered twice`);
      this.byName.set(definition.name, definition);
    }
  }

  /** Sorted. */
  get names(): readonly string[] {
    return [...this.byName.keys()].sort();
  }

  /** Throws `ConfigurationError` in vLLM's words. */
  mustFind(name: string): D {
    const definition = this.byName.get(name);
    if (!definition) {
      throw new ConfigurationError(`invalid ${this.kind}: ${name} (chose from { ${this.names.join(',')} })`);
    }
    return definition;
  }

  /**
   * The parser for a model that goes by these names, the first of which that any parser knows decides. Of several parsers that know it, the one whose pattern
   * matches most of it is the most specific; of equal ones, the first in the list.
   */
  findForModel(modelNames: readonly string[]): D | undefined {
    for (const modelName of modelNames) {
      const [best] = [...this.byName.values()]
        .map((definition) => ({ definition, length: longestMatch(definition, modelName) }))
        .filter(({ length }) => length > 0)
        .sort((a, b) => b.length - a.length);
      if (best) return best.definition;
    }
    return undefined;
  }

  /** These too; they take the place of those that share a name with them. */
  with(definitions: readonly D[]): ParserRegistry<D> {
    const own = new ParserRegistry(this.kind, definitions);
    const others = [...this.byName.values()].filter(({ name }) => !own.byName.has(name));
    return new ParserRegistry(this.kind, [...definitions, ...others]);
  }
}

function longestMatch({ models }: Definition, modelName: string): number {
  return Math.max(0, ...models.map((pattern) => modelName.match(pattern)?.[0].length ?? 0));
}
