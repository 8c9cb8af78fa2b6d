import type { LoraRequest } from '@app/engine-protocol';
import { NotFoundError } from '@app/errors';
import type { LoraAdapters } from './lora-adapters.js';

export interface ServedNamesOptions {
  /** Adapters, which have names of their own. */
  readonly loras?: Pick<LoraAdapters, 'get' | 'all'> | undefined;
  /** A name that nobody knows means the model too (`--skip-model-name-validation`). */
  readonly acceptsAnyName?: boolean | undefined;
}

/** The names under which the one model is served, alone or with an adapter. */
export class ServedModels {
  private readonly loras: Pick<LoraAdapters, 'get' | 'all'>;
  private readonly acceptsAnyName: boolean;

  constructor(
    /** Accepted in requests; the first stands in answers and metrics. Never empty. */
    readonly names: readonly string[],
    /** The model as the operator named it. */
    readonly root: string,
    /** Prompt and output together, in tokens. */
    readonly maxModelLen: number,
    { loras = { get: () => undefined, all: [] }, acceptsAnyName = false }: ServedNamesOptions = {},
  ) {
    this.loras = loras;
    this.acceptsAnyName = acceptsAnyName;
  }

  get first(): string {
    return this.names[0] ?? this.root;
  }

  /** That have names of their own. */
  get adapters(): readonly LoraRequest[] {
    return this.loras.all;
  }

  /** What a request runs with that `mustServe` has let in; undefined: the model alone. */
  loraOf(requested: string | undefined): LoraRequest | undefined {
    return requested === undefined ? undefined : this.loras.get(requested);
  }

  /**
   * The name an answer shows for what the request asked for. Absent and empty names mean the base model
   * (errors-auth-middleware.md §1.2). Throws `NotFoundError`.
   */
  mustServe(requested: string | undefined): string {
    if (requested === undefined || requested === '') {
      return this.first;
    }
    const lora = this.loraOf(requested);
    if (lora) {
      return lora.name;
    }
    if (!this.acceptsAnyName && !this.names.includes(requested)) {
      throw new NotFoundError(`The model \`${requested}\` does not exist. Valid aliases: ${this.names.join(', ')}.`, {
        param: 'model',
      });
    }
    return this.first;
  }
}
