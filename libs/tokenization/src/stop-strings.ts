import { codePointLength } from '@app/python-text';

export interface StopStringsOptions {
  readonly stop: readonly string[];
  /** Keep the stop string in the text. */
  readonly includeInOutput: boolean;
}

/**
 * Finds the first stop string in a growing text and holds back what could still become part of one.
 * The one that completes earliest wins, ties go to the first in the list. Lengths of hold-backs are code points, as in vLLM, so no character is ever cut.
 */
export class StopStrings {
  private found: string | undefined;
  private readonly stops: readonly string[];
  private readonly includeInOutput: boolean;
  /** Code points to hold back while the text goes on. */
  private readonly holdBack: number;
  /** Text not released yet; when stop strings stay in the output, released text that a match may still begin in. */
  private tail = '';
  private tailCodePoints = 0;

  constructor({ stop, includeInOutput }: StopStringsOptions) {
    // A lone surrogate never occurs in decoded text; looking for one would cut characters.
    this.stops = stop.filter((text) => text !== '' && !/\p{Surrogate}/u.test(text));
    this.includeInOutput = includeInOutput;
    this.holdBack = Math.max(0, ...stop.map((text) => codePointLength(text) - 1));
  }

  /** The stop string found; from then on nothing may be pushed. */
  get matched(): string | undefined {
    return this.found;
  }

  /**
   * The text of the next token in, what may be shown out. With `searchable` false nothing completes in this text (`min_tokens`),
   * but a stop string may begin in it.
   */
  push(text: string, searchable = true): string {
    if (this.stops.length === 0 || text === '') {
      return this.withhold(text);
    }
    const match = searchable ? this.find(text) : undefined;
    if (!match) {
      return this.withhold(text);
    }
    this.found = match.stop;
    const whole = this.tail + text;
    return this.includeInOutput
      ? whole.slice(this.tail.length, match.end)
      : whole.slice(0, match.end - match.stop.length);
  }

  /** The text ended without a stop string: what was held back. */
  finish(): string {
    return this.includeInOutput ? '' : this.tail;
  }

  private find(text: string): { readonly stop: string; readonly end: number } | undefined {
    const whole = this.tail + text;
    let first: { readonly stop: string; readonly end: number } | undefined;
    for (const stop of this.stops) {
      const index = whole.indexOf(stop, Math.max(0, this.tail.length - stop.length + 1));
      if (index >= 0 && (!first || index + stop.length < first.end)) {
        first = { stop, end: index + stop.length };
      }
    }
    return first;
  }

  private withhold(text: string): string {
    if (this.holdBack === 0) {
      return text;
    }
    this.tail += text;
    this.tailCodePoints += codePointLength(text);
    const free = takeCodePoints(this.tail, this.tailCodePoints - this.holdBack);
    this.tail = this.tail.slice(free.length);
    this.tailCodePoints = Math.min(this.tailCodePoints, this.holdBack);
    return this.includeInOutput ? text : free;
  }
}

/** The first `count` code points. */
function takeCodePoints(text: string, count: number): string {
  let end = 0;
  for (let i = 0; i < count; i++) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}
