import type { WeightVersionSpan } from './text-delta.js';

/** Which weights made the tokens of one sample: a span begins where the label changes (completions-and-chat.md §6). */
export class WeightVersions {
  private readonly starts: { readonly version: string; readonly start: number }[] = [];

  /** The tokens from position `start` on are of these weights. */
  note(version: string, start: number): void {
    if (this.starts.at(-1)?.version !== version) {
      this.starts.push({ version, start });
    }
  }

  /** Of all `tokens` of the sample. Undefined when there are tokens and no label came with them. */
  spans(tokens: number): readonly WeightVersionSpan[] | undefined {
    if (this.starts.length === 0 && tokens > 0) {
      return undefined;
    }
    return this.starts.map(({ version, start }, index) => ({
      version,
      start,
      end: this.starts.at(index + 1)?.start ?? tokens,
    }));
  }
}
