import type { ParserModel, SpecialTokens } from '../parser-model.js';
import type { Format } from '../tool/structural-tag/format.js';

/** One piece of the answer, told apart by what it is. */
export type ReasoningEvent =
  | { readonly type: 'reasoning-delta'; readonly text: string }
  | { readonly type: 'content-delta'; readonly text: string };

/** Incremental reader of one output stream; the same law as for tool parsers: merged events do not depend on the cuts, no throw, linear work. */
export interface ReasoningParser {
  /** The model still thinks, as far as the text is decided. */
  readonly reasoning: boolean;
  push(delta: string): ReasoningEvent[];
  /** Ends the stream: held-back text comes out as what it is by now. Nothing may follow. */
  finish(): ReasoningEvent[];
}

/** What the model saw last. */
export interface ReasoningPrompt {
  /** The rendered prompt, special tokens and all. */
  readonly text: string;
  /** The effective `chat_template_kwargs`. */
  readonly templateKwargs: Readonly<Record<string, unknown>>;
  readonly model: ParserModel;
}

/** How an answer begins: in the thought, in content, or in whichever its first word says. */
export type AnswerStart = 'thought' | 'content' | 'undecided';

/** How the answer after a prompt is read. */
export interface ReasoningReading {
  /** What `startAfter` said. */
  readonly start: AnswerStart;
  readonly templateKwargs: Readonly<Record<string, unknown>>;
  readonly model: ParserModel;
  /** A tool parser reads on: content keeps the framing (channels, blocks) by which that one tells calls from text. */
  readonly framed: boolean;
}

export interface ReasoningParserDefinition {
  /** Value of `--reasoning-parser`. */
  readonly name: string;
  /** Names of the models that mark their thoughts like this, for `--reasoning-parser auto`. */
  readonly models: readonly RegExp[];
  /** Names of the tool parsers that can read on behind it. Absent: any. */
  readonly onlyWith?: readonly string[];
  readonly specialTokens: SpecialTokens;
  /** A step without text is an empty delta on the wire, as vLLM's parser of this name does without a tool parser; otherwise it is none. */
  readonly keepsEmptyDeltas: boolean;
  /** Its markers, as far as a tokenizer may have them as special tokens: those have to stay in the text. */
  markers(model: ParserModel): readonly string[];
  /** Of the markers, those without which the parser cannot work: start-up fails when the tokenizer lacks one. */
  requiredTokens(model: ParserModel): readonly string[];
  /** Tokens that open a thought, and those that end it: what counts reasoning tokens. Both empty: they are counted by what the parser says of each step. */
  readonly startMarkers: readonly string[];
  readonly endMarkers: readonly string[];
  /** How the answer after this prompt begins. Throws `InvalidRequestError` for template arguments that it cannot follow. */
  startAfter(prompt: ReasoningPrompt): AnswerStart;
  create(reading: ReasoningReading): ReasoningParser;
  /** The markup around an answer in a wanted format, where no tool parser says it. Absent: none. */
  frameOutput?(format: Format): Format;
}
