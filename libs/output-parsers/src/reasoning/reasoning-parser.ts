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
}

/** How an answer begins: in the thought, in content, or in whichever its first word says. */
export type AnswerStart = 'thought' | 'content' | 'undecided';

export interface ReasoningParserDefinition {
  /** Value of `--reasoning-parser`. */
  readonly name: string;
  /** Its markers may be special tokens, so special tokens have to stay in the text. */
  readonly needsSpecialTokens: boolean;
  /** A step without text is an empty delta on the wire, as vLLM's parser of this name does without a tool parser; otherwise it is none. */
  readonly keepsEmptyDeltas: boolean;
  /** Tokens that open a thought, and those that end it: what counts reasoning tokens. */
  readonly startMarkers: readonly string[];
  readonly endMarkers: readonly string[];
  /** How the answer after this prompt begins. */
  startAfter(prompt: ReasoningPrompt): AnswerStart;
  /** `start`: what `startAfter` said. */
  create(start: AnswerStart): ReasoningParser;
}
