import type { EncoderChoice } from '@app/chat-template';
import type { ModelDescription } from '@app/model-repository';
import type { Tokenizer } from '@app/tokenization';

/** The model's files, read once at start, and its tokenizer. An injection token, because all are interfaces. */
export class LoadedModel {
  constructor(
    readonly description: ModelDescription,
    readonly tokenizer: Tokenizer,
    /** What builds chat prompts in the place of a template. */
    readonly promptEncoder?: EncoderChoice,
  ) {}
}
