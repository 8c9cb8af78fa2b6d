import type { ByteLevelVocabulary } from './byte-level-vocabulary.js';
import type { IncrementalDecoder, IncrementalDecoderOptions } from './tokenizer.js';
import { Utf8Decoder } from './utf8-decoder.js';

const REPLACEMENT = '\uFFFD';

/** Tokens of the prompt's end to look at: a character has four bytes at most, special tokens may stand between them. */
const PROMPT_WINDOW = 8;

export interface ByteLevelDecoderOptions extends Pick<IncrementalDecoderOptions, 'promptTokenIds'> {
  readonly vocabulary: ByteLevelVocabulary;
  /** True for ids that are no text here. */
  readonly isSkipped: (id: number) => boolean;
}

/**
 * Byte-level BPE: constant work per token. A character that the prompt began and the output completes belongs to the output;
 * one that the output does not complete is the prompt's affair and comes out nowhere.
 */
export class ByteLevelDecoder implements IncrementalDecoder {
  private readonly utf8 = new Utf8Decoder();
  private held = '';
  private heldEndsInReplacement = false;
  /** The character begun has bytes of the prompt. */
  private begunByPrompt: boolean;

  constructor(private readonly options: ByteLevelDecoderOptions) {
    for (const id of options.promptTokenIds.slice(-PROMPT_WINDOW)) {
      this.decode(id);
    }
    this.begunByPrompt = this.utf8.pending;
  }

  push(id: number): string {
    const text = this.withoutPromptsCharacter(this.decode(id));
    if (text !== '') {
      this.held += text;
      this.heldEndsInReplacement = text.endsWith(REPLACEMENT);
    }
    return this.utf8.pending || this.heldEndsInReplacement ? '' : this.release();
  }

  finish(): string {
    const rest = this.utf8.finish();
    this.held += this.begunByPrompt ? '' : rest;
    return this.release();
  }

  private release(): string {
    const text = this.held;
    this.held = '';
    this.heldEndsInReplacement = false;
    return text;
  }

  private decode(id: number): string {
    if (this.options.isSkipped(id)) {
      return '';
    }
    const token = this.options.vocabulary.textOf(id);
    if (typeof token !== 'string') {
      return this.utf8.push(token);
    }
    // Whole characters end an incomplete one; an id without text does not.
    return token === '' ? '' : this.utf8.finish() + token;
  }

  private withoutPromptsCharacter(text: string): string {
    if (!this.begunByPrompt || text === '') {
      return text;
    }
    this.begunByPrompt = false;
    return text.startsWith(REPLACEMENT) ? text.slice(1) : text;
  }
}
