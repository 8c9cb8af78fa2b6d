import type { TokenSet } from './utf8-guard.js';
import type { MatcherOptions } from './token-masks.js';

/** What a matcher thread is told. Every `open` and `advance` is answered, in order. */
export type MatcherCommand =
  | {
      readonly type: 'open';
      readonly id: number;
      readonly ebnf: string;
      readonly options: MatcherOptions;
      /** Tokens that the output has already. */
      readonly tokenIds: readonly number[];
    }
  | { readonly type: 'advance'; readonly id: number; readonly tokenId: number }
  | { readonly type: 'close'; readonly id: number };

export type MatcherReply =
  /** `allowed` undefined: nothing may come, the output is whole. */
  | { readonly type: 'allowed'; readonly id: number; readonly allowed: TokenSet | undefined }
  | { readonly type: 'fault'; readonly id: number; readonly message: string };
