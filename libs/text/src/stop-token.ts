import type { FinishReason } from '@app/engine-protocol';

/** Tokens of one sample that were generated elsewhere: all of them, or the next ones. */
export interface GeneratedTokens {
  readonly tokenIds: readonly number[];
  /** Set with the last of them. */
  readonly finishReason?: FinishReason | undefined;
  /** The stop token or stop string, as far as whoever generated them tells. */
  readonly stopReason?: number | string | undefined;
}

/** Which tokens end a generation. */
export interface StopTokens {
  /** The tokenizer's EOS, which is no stop reason. */
  readonly eosTokenId?: number | undefined;
  /** Other EOS ids of the model, and the request's own stop tokens. */
  readonly stopTokenIds: readonly number[];
}

/** What ended a generation, by its last token. */
export interface TokenEnding {
  /** The last token is the one that stopped it: no text. */
  readonly isStopToken: boolean;
  readonly stopReason: number | string | undefined;
}

/** How these tokens end. Not every server tells which token stopped it, so without a reason the last id is held against those that may. */
export function endingOf({ tokenIds, finishReason, stopReason }: GeneratedTokens, stops: StopTokens): TokenEnding {
  const last = tokenIds.at(-1);
  if (finishReason !== 'stop' || typeof stopReason === 'string' || last === undefined) {
    return { isStopToken: false, stopReason };
  }
  if (stopReason !== undefined || last === stops.eosTokenId) {
    return { isStopToken: stopReason === undefined || stopReason === last, stopReason };
  }
  const isStopToken = stops.stopTokenIds.includes(last);
  return { isStopToken, stopReason: isStopToken ? last : undefined };
}
