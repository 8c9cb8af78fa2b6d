import { InvalidRequestError } from '@app/errors';
import type { PromptEmbeds } from '@app/engine-protocol';
import { codePointLength, pythonInt } from '@app/python-text';
import { PROMPT_EMBEDS_TOKEN, textOf } from '@app/tokenization';
import type { EncodableText, EncodeOptions, TextPiece, Tokenizer, TokenOffsets } from '@app/tokenization';
import type { RowsLoader } from './load-rows.js';
import { RowsPrompt } from './rows-prompt.js';
import type { PromptRange } from './rows-prompt.js';
import type { EmbedsPrompt, SplicedPrompt, TextPrompt, TextRequest } from './text-request.js';

export interface PromptRoom {
  readonly tokenizer: Tokenizer;
  /** Prompt and output together, in tokens. */
  readonly maxModelLen: number;
  /** Undefined: prompts of embeddings are refused. */
  readonly rows?: RowsLoader | undefined;
}

/** A prompt as an engine takes it. */
export interface TokenizedPrompt {
  readonly tokenIds: readonly number[];
  /** Places in the prompt's text, when asked for and when there is one. */
  readonly offsets?: readonly TokenOffsets[] | undefined;
  readonly embeds?: PromptEmbeds | undefined;
}

type PlainPrompt = Exclude<TextPrompt, EmbedsPrompt | SplicedPrompt>;
type TextOnlyPrompt = Extract<TextPrompt, { readonly type: 'text' }>;

/** What decides which part of a text is tokenised, and how. */
interface ReachRequest<P> extends Pick<TextRequest, 'truncationSide' | 'promptField' | 'promptOffsets'> {
  readonly prompt: P;
}

interface PromptRequest<P = TextPrompt>
  extends ReachRequest<P>, Pick<TextRequest, 'sampling' | 'truncatePromptTokens'> {}

/**
 * The prompt's token ids and rows of embeddings, truncated where the request asks for it. Throws `InvalidRequestError` in vLLM's words when
 * the prompt, the output limit or the truncation does not fit the context (completions-and-chat.md §4.4 no. 1 to 4), or the embeddings the model.
 */
export async function tokenizePrompt(request: PromptRequest, room: PromptRoom): Promise<TokenizedPrompt> {
  checkOutputLimit(request, room.maxModelLen);
  const keep = toKeptTokens(request.truncatePromptTokens, room.maxModelLen);
  const { prompt } = request;
  if (prompt.type === 'embeds' || prompt.type === 'spliced') {
    return embedPrompt({ ...request, prompt }, keep, room);
  }
  const tokenized = await tokenizePlain({ ...request, prompt }, keep, room);
  checkLength(tokenized.tokenIds, room);
  return tokenized;
}

async function embedPrompt(
  request: PromptRequest<EmbedsPrompt | SplicedPrompt>,
  keep: number | undefined,
  room: PromptRoom,
): Promise<TokenizedPrompt> {
  const { prompt, truncationSide = 'left' } = request;
  const { rows } = room;
  if (!rows) {
    throw new InvalidRequestError('You must set `--enable-prompt-embeds` to input `prompt_embeds`.', {
      param: 'prompt_embeds',
    });
  }
  // An engine core looks the scores of prompt tokens up by ids, and a row has none.
  if (request.sampling.promptLogprobs !== undefined) {
    throw new InvalidRequestError('prompt_logprobs is not compatible with prompt embeds.');
  }
  const whole =
    prompt.type === 'embeds'
      ? RowsPrompt.of(await rows.load(prompt.file))
      : await splice({ ...request, prompt }, keep, { ...room, rows });
  const kept = whole.slice(toKeptRange(whole.tokenIds.length, keep, truncationSide));
  checkLength(kept.tokenIds, room);
  return { tokenIds: kept.tokenIds, embeds: await kept.cast(rows.facts) };
}

/** As much of the text as truncation can reach, with rows where it has placeholders. */
async function splice(
  { prompt, ...request }: PromptRequest<SplicedPrompt>,
  keep: number | undefined,
  { rows, ...room }: PromptRoom & { readonly rows: RowsLoader },
): Promise<RowsPrompt> {
  const { files, addSpecialTokens } = prompt;
  const found = countPlaceholders(prompt.text);
  if (found !== files.length) {
    throw new InvalidRequestError(
      `Expected ${files.length} prompt_embeds placeholder tokens in the rendered prompt, found ${found}.`,
    );
  }
  const text = toReachableText({ ...request, prompt }, keep, room);
  const { tokenizer, maxModelLen } = room;
  const reached = countPlaceholders(text);
  const start = request.truncationSide === 'right' ? 0 : files.length - reached;
  const matrices = await Promise.all(files.slice(start, start + reached).map((file) => rows.load(file)));
  const spans = matrices.filter(({ shape }) => shape[0] > 0).length;
  if (spans !== reached) {
    throw new InvalidRequestError(
      `Expected ${reached} prompt_embeds placeholder spans in the tokenized prompt, found ${spans}.`,
    );
  }
  const ids = await tokenizer.encode(text, {
    addSpecialTokens,
    maxTokens: keep === undefined ? maxModelLen + 1 : undefined,
  });
  return RowsPrompt.splice(ids, tokenizer.tokenId(PROMPT_EMBEDS_TOKEN), matrices);
}

function countPlaceholders(text: string): number {
  return text.split(PROMPT_EMBEDS_TOKEN).length - 1;
}

function checkLength(ids: readonly number[], { maxModelLen }: PromptRoom): void {
  // vLLM lets a prompt of exactly the context's length pass here and then names max_tokens; it is the prompt that has to shrink.
  if (ids.length >= maxModelLen) {
    const least = ids.length === maxModelLen + 1 ? 'at least ' : '';
    throw new InvalidRequestError(
      `This model's maximum context length is ${maxModelLen} tokens. However, your prompt contains ${least}${ids.length} input tokens, ` +
        'which exceeds this limit even without any output tokens. Please reduce the length of the input prompt.',
      { param: 'input_tokens', value: ids.length },
    );
  }
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

/** Which part of a prompt of so many tokens truncation leaves. */
function toKeptRange(length: number, keep: number | undefined, truncationSide: 'left' | 'right'): PromptRange {
  const kept = Math.min(length, keep ?? length);
  return truncationSide === 'left' ? { from: length - kept, to: length } : { from: 0, to: kept };
}

async function tokenizePlain(
  { prompt, truncationSide = 'left', ...request }: PromptRequest<PlainPrompt>,
  keep: number | undefined,
  room: PromptRoom,
): Promise<TokenizedPrompt> {
  if (prompt.type === 'text') return tokenizeText({ ...request, prompt, truncationSide }, keep, room);
  const { from, to } = toKeptRange(prompt.tokenIds.length, keep, truncationSide);
  return { tokenIds: prompt.tokenIds.slice(from, to) };
}

/** `keep`: tokens that truncation leaves; undefined: no truncation, and a text that cannot fit the context is refused. */
export async function tokenizeText(
  { prompt, truncationSide = 'left', promptOffsets = false, ...request }: ReachRequest<TextOnlyPrompt>,
  keep: number | undefined,
  room: PromptRoom,
): Promise<TokenizedPrompt> {
  const { tokenizer, maxModelLen } = room;
  const { addSpecialTokens } = prompt;
  const text = toReachableText({ ...request, prompt, truncationSide }, keep, room);
  const options: EncodeOptions =
    keep === undefined
      ? { addSpecialTokens, maxTokens: maxModelLen + 1 }
      : { addSpecialTokens, maxTokens: keep, truncationSide };
  if (!promptOffsets || typeof text !== 'string') return { tokenIds: await tokenizer.encode(text, options) };
  const { ids, offsets } = await tokenizer.encodeWithOffsets(text, options);
  const whole = textOf(prompt.text);
  const cut = truncationSide === 'left' ? codePointLength(whole.slice(0, whole.length - text.length)) : 0;
  return { tokenIds: ids, offsets: cut === 0 ? offsets : offsets.map((place) => shift(place, cut)) };
}

/** Tokens that the tokenizer adds stay at [0, 0]. */
function shift([start, end]: TokenOffsets, characters: number): TokenOffsets {
  return start === 0 && end === 0 ? [0, 0] : [start + characters, end + characters];
}

/** The text, or the part of it that truncation can reach. */
function toReachableText<T extends EncodableText>(
  { prompt, truncationSide = 'left', promptField = 'prompt' }: ReachRequest<{ readonly text: T }>,
  keep: number | undefined,
  { tokenizer, maxModelLen }: PromptRoom,
): T {
  const text =
    keep === undefined ? prompt.text : cutToReach(prompt.text, keep * tokenizer.maxCharsPerToken, truncationSide);
  const shown = textOf(text);
  if (/\p{Surrogate}/u.test(shown)) {
    throw new InvalidRequestError(`${promptField} holds half of a surrogate pair, which is no character.`, {
      param: promptField,
    });
  }
  if (keep === undefined) {
    checkCharacters(shown, maxModelLen, tokenizer.maxCharsPerToken);
  }
  return text;
}

/** Characters beyond those that truncation keeps, so that the tokens at the cut are those of the whole text. */
const CUT_MARGIN = 4096;

/**
 * The part of a text that can reach the tokens which truncation keeps, `characters` at most: tokenising all of a long one takes seconds and gigabytes.
 * Twice as many UTF-16 units, as a character may have two.
 */
function cutToReach<T extends EncodableText>(text: T, characters: number, truncationSide: 'left' | 'right'): T {
  const units = 2 * (characters + CUT_MARGIN);
  const cut = typeof text === 'string' ? cutText(text, units, truncationSide) : cutPieces(text, units, truncationSide);
  return cut as T;
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
  const characters = codePointLength(text);
  if (characters > most) {
    throw new InvalidRequestError(
      `This model's maximum context length is ${maxModelLen} tokens. However, your prompt contains ${characters} characters ` +
        `(more than ${most} characters, which is the upper bound for ${maxModelLen} input tokens). Please reduce the length of the input prompt.`,
      { param: 'input_text', value: characters },
    );
  }
}
