import type { ServerError } from '@app/errors';
import type { TextDelta, TextSink } from '../text-delta.js';

/** Keeps what a request said. */
export class CollectingSink implements TextSink {
  readonly deltas: TextDelta[] = [];
  readonly errors: ServerError[] = [];

  push(delta: TextDelta): void {
    this.deltas.push(delta);
  }

  fail(error: ServerError): void {
    this.errors.push(error);
  }

  /** The whole text of one sample. */
  text(index = 0): string {
    return this.deltas
      .filter((delta) => delta.index === index)
      .map((delta) => delta.text)
      .join('');
  }
}
