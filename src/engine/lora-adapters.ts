import { FailedCallError } from '@app/engine-protocol';
import type { Engine, LoraRequest } from '@app/engine-protocol';
import { ConfigurationError, InternalError, InvalidUserInputError, NotFoundError, ServerError } from '@app/errors';
import { checkAdapterName, checkAdapterPath } from './lora-adapter.rules.js';

/** An adapter as the operator, or a caller, gives it. */
export interface LoraAdapter {
  readonly name: string;
  /** Folder on the engine's host, or repository. */
  readonly path: string;
  /** Served name of the model that it was made for; any other name is dropped. */
  readonly baseModelName?: string | undefined;
  readonly is3dWeight?: boolean | undefined;
}

export interface LoadOptions {
  /** Takes the place of the adapter that has the name. */
  readonly inplace?: boolean | undefined;
}

export interface LoraAdaptersOptions {
  readonly engine: Pick<Engine, 'addLora'>;
  /** Of the model itself; no adapter may have one of these names. */
  readonly servedNames: readonly string[];
  /** Adapters at the same time. */
  readonly maxAdapters: number;
}

/** The adapters of this server's model, by name (other-endpoints.md §10). An injection token. */
export class LoraAdapters {
  private readonly byName = new Map<string, LoraRequest>();
  /** The latest change of each name under way: changes of one name follow each other. */
  private readonly changes = new Map<string, Promise<void>>();
  private lastId = 0;

  constructor(private readonly options: LoraAdaptersOptions) {}

  /** In the order in which they were loaded. */
  get all(): readonly LoraRequest[] {
    return [...this.byName.values()];
  }

  get(name: string): LoraRequest | undefined {
    return this.byName.get(name);
  }

  /**
   * Loads what a caller names. Rejects with `InvalidUserInputError`, `NotFoundError` when there is no such adapter, `UnsupportedError` when the engine has none, `InternalError` with the engine's own words.
   */
  load(adapter: LoraAdapter, { inplace = false }: LoadOptions = {}): Promise<void> {
    return this.inTurn(adapter.name, async () => {
      if (adapter.name === '' || adapter.path === '') {
        throw new InvalidUserInputError("Both 'lora_name' and 'lora_path' must be provided.");
      }
      checkAdapterName(adapter.name);
      checkAdapterPath(adapter.path);
      await this.add(adapter, inplace);
    });
  }

  /** Forgets the name: requests that run with the adapter end, and the engine lets go of it when it needs the room. Rejects as `load`. */
  unload(name: string): Promise<void> {
    return this.inTurn(name, () => {
      if (name === '') throw new InvalidUserInputError("'lora_name' needs to be provided to unload a LoRA adapter.");
      if (!this.byName.delete(name)) throw new NotFoundError(`The lora adapter '${name}' cannot be found.`);
    });
  }

  /** Loads the operator's own, one after the other, so that every API server counts them alike. Throws `ConfigurationError`. */
  async loadStatic(adapters: readonly LoraAdapter[]): Promise<void> {
    for (const adapter of adapters) {
      try {
        await this.add(adapter, false);
      } catch (error) {
        if (!(error instanceof ServerError)) throw error;
        throw new ConfigurationError(`--lora-modules ${adapter.name}: ${error.message}`, { cause: error });
      }
    }
  }

  private async add({ name, path, baseModelName, is3dWeight }: LoraAdapter, inplace: boolean): Promise<void> {
    const { engine, servedNames } = this.options;
    const known = this.byName.get(name);
    if (servedNames.includes(name)) {
      throw new InvalidUserInputError(`The lora adapter '${name}' conflicts with a served base model.`);
    }
    if (known && !inplace) {
      throw new InvalidUserInputError(
        `The lora adapter '${name}' has already been loaded. If you want to load the adapter in place, set 'load_inplace' to True.`,
      );
    }
    if (!known) this.mustHaveRoom();
    const base = servedNames.find((served) => served === baseModelName);
    const lora = { name, id: known?.id ?? ++this.lastId, path, baseModelName: base, is3dWeight };
    await engine.addLora({ ...lora, loadInplace: inplace }).catch((error: unknown) => {
      throw toLoadError(lora, error);
    });
    this.byName.set(name, lora);
  }

  /** Changes under way may each bring one. */
  private mustHaveRoom(): void {
    const { maxAdapters } = this.options;
    if (this.byName.size + Math.max(this.changes.size - 1, 0) >= maxAdapters) {
      throw new InvalidUserInputError(`At most ${maxAdapters} LoRA adapters may be loaded; unload one first.`);
    }
  }

  private async inTurn(name: string, change: () => void | Promise<void>): Promise<void> {
    const before = this.changes.get(name) ?? Promise.resolve();
    const turn = before.then(change, change);
    this.changes.set(name, turn);
    try {
      await turn;
    } finally {
      if (this.changes.get(name) === turn) this.changes.delete(name);
    }
  }
}

/** Engines tell of a missing adapter in a text among others. */
function toLoadError({ name, path }: LoraRequest, error: unknown): unknown {
  if (!(error instanceof FailedCallError)) return error;
  const missing = `Loading lora ${name} failed: No adapter found for ${path}`;
  if (error.engineText.includes(missing)) return new NotFoundError(missing, { cause: error });
  return new InternalError(`Call to add_lora method failed: ${error.engineText}`, { cause: error });
}
