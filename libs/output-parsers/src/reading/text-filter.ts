/** A stage that cleans text while it is written. */
export interface TextFilter {
  push(text: string): string;
  /** The text ends: what was held back. Another one may follow. */
  finish(): string;
}

export const UNFILTERED: TextFilter = { push: (text) => text, finish: () => '' };
