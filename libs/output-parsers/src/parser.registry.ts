import { ConfigurationError } from '@app/errors';

/** Definitions by the name an operator chooses them with. */
export class ParserRegistry<Definition extends { readonly name: string }> {
  private readonly byName = new Map<string, Definition>();

  /** `kind`: what the error message calls them. Throws when two share a name. */
  constructor(
    private readonly kind: string,
    definitions: readonly Definition[],
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
  mustFind(name: string): Definition {
    const definition = this.byName.get(name);
    if (!definition) {
      throw new ConfigurationError(`invalid ${this.kind}: ${name} (chose from { ${this.names.join(',')} })`);
    }
    return definition;
  }
}
