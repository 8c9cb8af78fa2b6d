/** What a parser may know of a function the model was offered. */
export interface OfferedFunction {
  readonly name: string;
  /** JSON Schema of the arguments. */
  readonly parameters?: unknown;
  readonly strict?: boolean | undefined;
}

/** One thing the parser is now certain of. Events keep the order in which the model wrote them. */
export type ToolEvent =
  | { readonly type: 'text-delta'; readonly text: string }
  /** `index` counts the calls of one answer from 0. */
  | { readonly type: 'tool-call-start'; readonly index: number; readonly name: string }
  /** A piece of the arguments, as JSON text. */
  | { readonly type: 'tool-call-delta'; readonly index: number; readonly delta: string };

export interface Ending {
  /** The model did not come to its own end (token limit, abort): a call it had begun is lost, not plain text. */
  readonly cutOff: boolean;
}

/**
 * Incremental reader of one output stream. Merged events must not depend on how the text was cut into deltas; no text makes it throw; its work is
 * linear in the text.
 */
export interface ToolParser {
  push(delta: string): ToolEvent[];
  /** Ends the stream: what was held back comes out, or is dropped as the beginning of a call. Nothing may follow. */
  finish(ending: Ending): ToolEvent[];
}

/** How calls are asked for: freely, at least one, or exactly one of a name. */
export type CallDemand = 'auto' | 'required' | { readonly name: string };

export interface CallConstraint {
  readonly tools: readonly OfferedFunction[];
  readonly demand: CallDemand;
  /** At most one call. */
  readonly single: boolean;
}

export interface ToolParserDefinition {
  /** Value of `--tool-call-parser`. */
  readonly name: string;
  /** Its markers may be special tokens, so special tokens have to stay in the text while it reads. */
  readonly needsSpecialTokens: boolean;
  create(tools: readonly OfferedFunction[]): ToolParser;
  /**
   * The markup of the wanted calls as a structural tag (XGrammar's language, JSON text), for engines that follow grammars; undefined when nothing
   * has to be enforced (chat-inputs-and-parsers.md §3.1).
   */
  structuralTag(constraint: CallConstraint): string | undefined;
}
