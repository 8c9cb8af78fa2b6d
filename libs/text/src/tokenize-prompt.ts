import { InvalidRequestError } from '@app/errors';
import { textOf } from '@app/tokenization';
import type { EncodableText, EncodeOptions, TextPiece, Tokenizer, TokenOffsets } from '@app/tokenization';
import { pythonInt } from './python-text.js';
import type { TextRequest } from './text-request.js';

export interface PromptRoom {
  readonly tokenizer: Tokenizer;
  /** Prompt and output together, in tokens. */
  readonly maxModelLen: number;
}

export interface PromptTokens {
  readonly ids: readonly number[];
  /** Places in the prompt's text, when asked for and when there is one. */
  readonly offsets?: readonly TokenOffsets[] | undefined;
}

type PromptRequest = Pick<
  TextRequest,
  'prompt' | 'sampling' | 'truncatePromptTokens' | 'truncationSide' | 'promptField' | 'promptOffsets'
>;

/**
 * The prompt's tokens, truncated where the request asks for it. Throws `InvalidRequestError` in vLLM's words when the prompt,
 * the output limit or the truncation does not fit the context (completions-and-chat.md §4.4 no. 1 to 4).
 */
export async function tokenizePrompt(
  request: PromptRequest,
  { tokenizer, maxModelLen }: PromptRoom,
): Promise<PromptTokens> {
  checkOutputLimit(request, maxModelLen);
  const keep = toKeptTokens(request.truncatePromptTokens, maxModelLen);
  const tokens = await toPromptTokens(request, keep, { tokenizer, maxModelLen });
  const { ids } = tokens;
  // vLLM lets a prompt of exactly the context's length pass here and then names max_tokens; it is the prompt that has to shrink.
  if (ids.length >= maxModelLen) {
    const least = ids.length === maxModelLen + 1 ? 'at least ' : '';
    throw new InvalidRequestError(
      `This model's maximum context length is ${maxModelLen} tokens. However, your prompt contains ${least}${ids.length} input tokens, ` +
        'which exceeds this limit even without any output tokens. Please reduce the length of the input prompt.',
      { param: 'input_tokens', value: ids.length },
    );
  }
  return tokens;
}

function checkOutputLimit(
  { sampling: { maxTokens, maxTokensField: field } }: PromptRequest,
  maxModelLen: number,
): void {
  if (maxTokens !== undefined && maxTokens > maxModelLen) {
    const value = pythonInt(maxTokens);
    throw new InvalidRequestError(
      `${field}=${value} cannot be greater than max_model_len=${maxModelLen}. Please request fewer output tokens.`,
      { param: field, value },
    );
  }
}

/** How many tokens truncation leaves; undefined without truncation. */
function toKeptTokens(asked: number | undefined, maxModelLen: number): number | undefined {
  if (asked === undefined) {
    return undefined;
  }
  if (asked === -1) {
    return maxModelLen - 1;
  }
  const at = { param: 'truncate_prompt_tokens', value: pythonInt(asked) };
  if (!(asked >= 0 && Number.isInteger(asked))) {
    throw new InvalidRequestError('truncate_prompt_tokens must be an integer of at least -1.', at);
  }
  if (asked > maxModelLen) {
    throw new InvalidRequestError(
      `truncate_prompt_tokens=${at.value} cannot be greater than max_model_len = ${maxModelLen}. Please request a smaller truncation size.`,
      at,
    );
  }
  return asked;
}

/** `keep`: tokens that truncation leaves; undefined: no truncation, and a text that cannot fit the context is refused. */
export async function toPromptTokens(
  {
    prompt,
    truncationSide = 'left',
    promptField = 'prompt',
    promptOffsets = false,
  }: Pick<PromptRequest, 'prompt' | 'truncationSide' | 'promptField' | 'promptOffsets'>,
  keep: number | undefined,
  { tokenizer, maxModelLen }: PromptRoom,
): Promise<PromptTokens> {
  if (prompt.type === 'tokens') {
    const { tokenIds } = prompt;
    if (keep === undefined || tokenIds.length <= keep) {
      return { ids: tokenIds };
    }
    return { ids: truncationSide === 'left' ? tokenIds.slice(tokenIds.length - keep) : tokenIds.slice(0, keep) };
  }
  const { addSpecialTokens } = prompt;
  const text =
    keep === undefined ? prompt.text : cutToReach(prompt.text, keep * tokenizer.maxCharsPerToken, truncationSide);
  const shown = textOf(text);
  if (/\p{Surrogate}/u.test(shown)) {
    throw new InvalidRequestError(`${promptField} holds half of a surrogate pair, which is no character.`, {
      param: promptField,
    });
  }
  if (keep === undefined) checkCharacters(shown, maxModelLen, tokenizer.maxCharsPerToken);
  const options: EncodeOptions =
    keep === undefined
      ? { addSpecialTokens, maxTokens: maxModelLen + 1 }
      : { addSpecialTokens, maxTokens: keep, truncationSide };
  if (!promptOffsets || typeof text !== 'string') return { ids: await tokenizer.encode(text, options) };
  const { ids, offsets } = await tokenizer.encodeWithOffsets(text, options);
  const whole = textOf(prompt.text);
  const cut = truncationSide === 'left' ? codePointCount(whole.slice(0, whole.length - text.length)) : 0;
  return { ids, offsets: cut === 0 ? offsets : offsets.map((place) => shift(place, cut)) };
}

/** Tokens that the tokenizer adds stay at [0, 0]. */
function shift([start, end]: TokenOffsets, characters: number): TokenOffsets {
  return start === 0 && end === 0 ? [0, 0] : [start + characters, end + characters];
}

/** Characters beyond those that truncation keeps, so that the tokens at the cut are those of the whole text. */
const CUT_MARGIN = 4096;

/**
 * The part of a text that can reach the tokens which truncation keeps, `characters` at most: tokenising all of a long one takes seconds and gigabytes.
 * Twice as many UTF-16 units, as a character may have two.
 */
function cutToReach(text: EncodableText, characters: number, truncationSide: 'left' | 'right'): EncodableText {
  const units = 2 * (characters + CUT_MARGIN);
  return typeof text === 'string' ? cutText(text, units, truncationSide) : cutPieces(text, units, truncationSide);
}

function cutPieces(
  pieces: readonly TextPiece[],
  units: number,
  truncationSide: 'left' | 'right',
): readonly TextPiece[] {
  const kept: TextPiece[] = [];
  let left = units;
  for (const piece of truncationSide === 'left' ? pieces.toReversed() : pieces) {
    if (left <= 0) break;
    kept.push('token' in piece ? piece : { text: cutText(piece.text, left, truncationSide) });
    left -= textOf([piece]).length;
  }
  return truncationSide === 'left' ? kept.reverse() : kept;
}

function cutText(text: string, units: number, truncationSide: 'left' | 'right'): string {
  if (text.length <= units) {
    return text;
  }
  const cut = truncationSide === 'left' ? text.length - units : units;
  const splitsPair = /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(cut - 1, cut + 1));
  const at = splitsPair ? cut - 1 : cut;
  return truncationSide === 'left' ? text.slice(at) : text.slice(0, at);
}

/** A text with more characters than the context's tokens can hold is refused before it is tokenised. */
function checkCharacters(text: string, maxModelLen: number, maxCharsPerToken: number): void {
  const most = maxModelLen * maxCharsPerToken;
  if (text.length <= most) {
    return;
  }
  const characters = codePointCount(text);
  if (characters > most) {
    throw new InvalidRequestError(
      `This model's maximum context length is ${maxModelLen} tokens. However, your prompt contains ${characters} characters ` +
        `(more than ${most} characters, which is the upper bound for ${maxModelLen} input tokens). Please reduce the length of the input prompt.`,
      { param: 'input_text', value: characters },
    );
  }
}

/** By units, as iterating by characters takes ten times as long. */
function codePointCount(text: string): number {
  let count = text.length;
  for (let at = 1; at < text.length; at++) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800) {
      count--;
    }
  }
  return count;
}
