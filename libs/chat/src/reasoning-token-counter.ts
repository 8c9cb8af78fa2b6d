import type { AnswerStart, ParserModel, ReasoningParserDefinition } from '@app/output-parsers';
import type { TextDelta } from '@app/text';

export interface ReasoningMarkers {
  readonly startIds: ReadonlySet<number>;
  readonly endIds: ReadonlySet<number>;
}

/** The ids of a parser's markers, as far as they are tokens. */
export function toReasoningMarkers(
  { startMarkers, endMarkers }: ReasoningParserDefinition,
  model: ParserModel,
): ReasoningMarkers {
  const ids = (markers: readonly string[]) =>
    new Set(markers.map((marker) => model.tokenId(marker)).filter((id) => id !== undefined));
  return { startIds: ids(startMarkers), endIds: ids(endMarkers) };
}

/**
 * Tokens of a thought, without its markers and the stop token: from the start that the prompt gave (vLLM's count for `deepseek_r1` begins at a marker in the
 * answer only; the number is billed), up to the first end marker.
 */
export class ReasoningTokenCounter {
  count = 0;
  private inside: boolean;
  private ended: boolean;

  constructor(
    private readonly markers: ReasoningMarkers,
    start: AnswerStart,
  ) {
    this.inside = start === 'thought';
    this.ended = start === 'content';
  }

  /** Every delta of one sample, in order. */
  add({ tokenIds, finishReason, stopReason }: Pick<TextDelta, 'tokenIds' | 'finishReason' | 'stopReason'>): void {
    const stopToken = finishReason === 'stop' && typeof stopReason !== 'string' ? tokenIds.length - 1 : -1;
    for (const [i, id] of tokenIds.entries()) {
      if (this.ended) return;
      if (this.markers.endIds.has(id)) this.ended = true;
      else if (this.markers.startIds.has(id)) this.inside = true;
      else if (this.inside && i !== stopToken) this.count += 1;
    }
  }
}
