import type { SamplingParams } from '@app/engine-protocol';
import type { IncrementalDecoder, Tokenizer } from '@app/tokenization';
import { endingOf } from './stop-token.js';
import type { GeneratedTokens } from './stop-token.js';

/**
 * The end of a text that is decoded in instalments, small enough to be carried along: `tokenIds` from `prefixOffset` to `readOffset` are context whose text
 * came out, those behind it wait for the rest of a character. vLLM's incremental detokenizer keeps the same.
 */
export interface TextWindow {
  /** An id without text stands for tokens beyond the vocabulary. */
  readonly tokenIds: readonly number[];
  readonly prefixOffset: number;
  readonly readOffset: number;
}

/** So many tokens without a whole character are no character: what they are comes out then, so that a window stays small. */
const MAX_WAITING = 512;

/** Tokens of the prompt's end that stand in a window, those of them that are context, and what leaves room for special tokens. */
const PROMPT_WINDOW = 7;
const PROMPT_CONTEXT = 5;

type DecodeParams = Pick<SamplingParams, 'skipSpecialTokens' | 'spacesBetweenSpecialTokens'>;
export type WindowParams = DecodeParams &
  Pick<SamplingParams, 'eosTokenId' | 'stopTokenIds' | 'includeStopStrInOutput'>;

/** The window of an output that begins after this prompt. */
export function windowAfter(
  promptTokenIds: readonly number[],
  { skipSpecialTokens }: Pick<DecodeParams, 'skipSpecialTokens'>,
  tokenizer: Tokenizer,
): TextWindow {
  const tokenIds = promptTokenIds.slice(-PROMPT_WINDOW).filter((id) => !(skipSpecialTokens && tokenizer.isSpecial(id)));
  return { tokenIds, prefixOffset: Math.max(0, tokenIds.length - PROMPT_CONTEXT), readOffset: tokenIds.length };
}

export interface WindowStep {
  readonly text: string;
  readonly stopReason: number | string | undefined;
  readonly window: TextWindow;
}

/** The text of the next tokens after a window. At the end a part of a character is dropped, as in every answer. */
export function readOn(
  window: TextWindow,
  tokens: GeneratedTokens,
  { params, tokenizer }: { readonly params: WindowParams; readonly tokenizer: Tokenizer },
): WindowStep {
  const { isStopToken, stopReason } = endingOf(tokens, params);
  const shown = isStopToken && !params.includeStopStrInOutput ? tokens.tokenIds.slice(0, -1) : tokens.tokenIds;
  const cursor = new WindowCursor(window, params, tokenizer);
  const text = shown.map((id) => cursor.push(id)).join('');
  const rest = tokens.finishReason === undefined ? '' : cursor.finish();
  return { text: text + rest, stopReason, window: shown.length + rest.length === 0 ? window : cursor.window };
}

class WindowCursor {
  private decoder: IncrementalDecoder;
  private tokenIds: number[];
  private readOffset: number;
  /** Of tokens that a window brought along as waiting: none, unless its offsets were made by somebody else. */
  private early: string;

  constructor(
    { tokenIds, prefixOffset, readOffset }: TextWindow,
    private readonly params: DecodeParams,
    private readonly tokenizer: Tokenizer,
  ) {
    this.decoder = this.createDecoder(tokenIds.slice(prefixOffset, readOffset));
    this.early = tokenIds
      .slice(readOffset)
      .map((id) => this.decoder.push(id))
      .join('');
    this.tokenIds = tokenIds.slice(prefixOffset);
    this.readOffset = readOffset - prefixOffset;
  }

  get window(): TextWindow {
    return { tokenIds: this.tokenIds, prefixOffset: 0, readOffset: this.readOffset };
  }

  push(id: number): string {
    const { skipSpecialTokens } = this.params;
    if (!(skipSpecialTokens && this.tokenizer.isSpecial(id))) this.tokenIds.push(id);
    const text = this.release(this.decoder.push(id));
    if (this.tokenIds.length - this.readOffset <= MAX_WAITING) return text;
    const waiting = this.release(this.decoder.finish(), { evenEmpty: true });
    this.decoder = this.createDecoder(this.tokenIds);
    return text + waiting;
  }

  finish(): string {
    return this.release(this.decoder.finish().replace(/\uFFFD+$/, ''));
  }

  private createDecoder(promptTokenIds: readonly number[]): IncrementalDecoder {
    return this.tokenizer.createIncrementalDecoder({ promptTokenIds, ...this.params });
  }

  /** Text that comes out, and the window behind it. `evenEmpty`: without text, too. */
  private release(text: string, { evenEmpty = false } = {}): string {
    const whole = this.early + text;
    if (whole === '' && !evenEmpty) return '';
    this.early = '';
    this.tokenIds = this.tokenIds.slice(this.readOffset);
    this.readOffset = this.tokenIds.length;
    return whole;
  }
}
