import { NotFoundError } from '@app/errors';

/** The names under which the one model is served. */
export class ServedModels {
  constructor(
    /** Accepted in requests; the first stands in answers and metrics. Never empty. */
    readonly names: readonly string[],
    /** The model as the operator named it. */
    readonly root: string,
    /** Prompt and output together, in tokens. */
    readonly maxModelLen: number,
  ) {}

  get first(): string {
    return this.names[0] ?? this.root;
  }

  /**
   * The name an answer shows for what the request asked for. Absent and empty names mean the base model
   * (errors-auth-middleware.md §1.2). Throws `NotFoundError`.
   */
  mustServe(requested: string | undefined): string {
    if (requested === undefined || requested === '') {
      return this.first;
    }
    if (!this.names.includes(requested)) {
      throw new NotFoundError(`The model \`${requested}\` does not exist. Valid aliases: ${this.names.join(', ')}.`, {
        param: 'model',
      });
    }
    return this.first;
  }
}
