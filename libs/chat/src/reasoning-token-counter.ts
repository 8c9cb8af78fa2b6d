import type { AnswerStart, ParserModel, ReasoningParser, ReasoningParserDefinition } from '@app/output-parsers';
import type { TextDelta } from '@app/text';
import type { IncrementalDecoder } from '@app/tokenization';

type CountedDelta = Pick<TextDelta, 'tokenIds' | 'finishReason' | 'stopReason'>;

/**
 * Tokens of a thought, without its markers and the stop token: from the start that the prompt gave (vLLM's count for `deepseek_r1` begins at a marker in the
 * answer only; the number is billed). It does not depend on how the answer was cut into deltas.
 */
export interface ReasoningTokenCounter {
  readonly count: number;
  /** Every delta of one sample, in order. */
  add(delta: CountedDelta): void;
}

export interface ReasoningMarkers {
  readonly startIds: ReadonlySet<number>;
  readonly endIds: ReadonlySet<number>;
}

/** The ids of a parser's markers; undefined when a thought is not marked by tokens. */
export function toReasoningMarkers(
  { startMarkers, endMarkers }: ReasoningParserDefinition,
  model: ParserModel,
): ReasoningMarkers | undefined {
  const ids = (markers: readonly string[]) =>
    new Set(markers.map((marker) => model.tokenId(marker)).filter((id) => id !== undefined));
  const [startIds, endIds] = [ids(startMarkers), ids(endMarkers)];
  return endIds.size === 0 ? undefined : { startIds, endIds };
}

/** Counts between tokens that are markers, up to the first that ends a thought. */
export class MarkedTokenCounter implements ReasoningTokenCounter {
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

  add(delta: CountedDelta): void {
    for (const id of generatedIds(delta)) {
      if (this.ended) return;
      if (this.markers.endIds.has(id)) this.ended = true;
      else if (this.markers.startIds.has(id)) this.inside = true;
      else if (this.inside) this.count += 1;
    }
  }
}

/** For thoughts that are marked by words: counts the tokens after which a parser of its own still reads a thought. */
export class ReadTokenCounter implements ReasoningTokenCounter {
  count = 0;

  constructor(
    private readonly parser: ReasoningParser,
    private readonly decoder: IncrementalDecoder,
  ) {}

  add(delta: CountedDelta): void {
    for (const id of generatedIds(delta)) {
      const text = this.decoder.push(id);
      if (text !== '') this.parser.push(text);
      if (this.parser.reasoning) this.count += 1;
    }
  }
}

/** All but the token that stopped the sample. */
function generatedIds({ tokenIds, finishReason, stopReason }: CountedDelta): readonly number[] {
  return finishReason === 'stop' && typeof stopReason !== 'string' ? tokenIds.slice(0, -1) : tokenIds;
}
