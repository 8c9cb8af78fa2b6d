import type { ModelDescription } from '@app/model-repository';
import type { Tokenizer } from '@app/tokenization';

/** The model's files, read once at start, and its tokenizer. An injection token, because both are interfaces. */
export class LoadedModel {
  constructor(
    readonly description: ModelDescription,
    readonly tokenizer: Tokenizer,
  ) {}
}
