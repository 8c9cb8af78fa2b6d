import type { FinishReason } from '@app/engine-protocol';
import type { SampleStream } from './sample-stream.js';
import type { TextDelta } from './text-delta.js';

/** Tokens of one sample that were generated elsewhere: all of them, or the next ones. */
export interface GeneratedTokens {
  readonly tokenIds: readonly number[];
  /** Set with the last of them. */
  readonly finishReason?: FinishReason | undefined;
  /** A stop token, a stop string, or undefined for an EOS: what whoever generated them says. */
  readonly stopReason?: number | string | undefined;
}

/** Which tokens end a generation. */
export interface StopTokens {
  /** The tokenizer's EOS, which is never told as a stop reason. */
  readonly eosTokenId: number | undefined;
  /** Other EOS ids of the model and the request's own stop tokens. */
  readonly others: ReadonlySet<number>;
}

/**
 * Reads token ids of another server as this one reads those of its engine. The token that stopped the generation is no text; who generated may not have
 * said which one it was, so the last id is held against the stop tokens.
 */
export class TokenReader {
  constructor(
    private readonly stream: SampleStream,
    private readonly stops: StopTokens,
  ) {}

  /** What these tokens say. After a delta with a finish reason nothing may follow; a stop string may have made an earlier end of it. */
  read({ tokenIds, finishReason, stopReason }: GeneratedTokens): TextDelta | undefined {
    if (finishReason === undefined) return this.push({ newTokenIds: tokenIds });
    const stop = this.stopAt(tokenIds, finishReason, stopReason);
    const shown = tokenIds.length - (stop ? 1 : 0);
    const before = this.push({ newTokenIds: tokenIds.slice(0, shown) });
    if (before?.finishReason !== undefined) return before;
    const last = this.push({
      newTokenIds: tokenIds.slice(shown),
      finishReason,
      stopReason: stop ? stop.reason : stopReason,
    });
    return before && last ? { ...last, text: before.text + last.text, tokenIds } : last;
  }

  private push(output: Parameters<SampleStream['push']>[0]): TextDelta | undefined {
    return this.stream.push(output);
  }

  /** The stop token at the end, under the name that the answer tells; undefined when the last token is text. */
  private stopAt(
    tokenIds: readonly number[],
    finishReason: FinishReason,
    told: number | string | undefined,
  ): { readonly reason: number | undefined } | undefined {
    const last = tokenIds.at(-1);
    if (finishReason !== 'stop' || last === undefined || typeof told === 'string') return undefined;
    if (told !== undefined) return last === told ? { reason: last } : undefined;
    if (last === this.stops.eosTokenId) return { reason: undefined };
    return this.stops.others.has(last) ? { reason: last } : undefined;
  }
}
