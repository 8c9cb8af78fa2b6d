import type { ParserModel, SpecialTokens } from '../parser-model.js';
import type { Format } from './structural-tag/format.js';

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
  /** A thought that stands in a message of its own among those the parser reads: without the reasoning parser of the family it still reaches it. */
  | { readonly type: 'reasoning-delta'; readonly text: string }
  /** `index` counts the calls of one answer from 0; `id`: the one that the model wrote itself. */
  | { readonly type: 'tool-call-start'; readonly index: number; readonly name: string; readonly id?: string }
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

/** What a parser may know of the request whose answer it reads. */
export interface ToolReading {
  readonly tools: readonly OfferedFunction[];
  /** The effective `chat_template_kwargs`. */
  readonly templateKwargs: Readonly<Record<string, unknown>>;
  readonly model: ParserModel;
}

/** From which demand on the calls of a format are held to its markup: strict tools alone, any tools, or any tools with the schemas of all. */
export type StrictLevel = 'auto' | 'function' | 'parameter';

/** The calls that a model may write. */
export interface CallConstraint {
  /** Those it may call, at least one; `strict`: arguments follow the tool's schema. */
  readonly tools: readonly OfferedFunction[];
  /** Calls among text, calls and nothing else, or one call of the one tool. */
  readonly demand: 'auto' | 'required' | 'named';
  readonly model: ParserModel;
}

/** How a request asks for calls. */
export interface StatedDemand {
  readonly demand: CallConstraint['demand'];
  /** At most one. */
  readonly single: boolean;
  /** Of some tool, arguments have to follow the schema. */
  readonly strict: boolean;
  /** Engines are held to structural tags. */
  readonly strictCalling: boolean;
}

/**
 * What the id of a call looks like where the model wrote none (chat-inputs-and-parsers.md §3.3): `chatcmpl-tool-` or `call_` and 16 hexadecimal digits,
 * `call_INDEX_` and the same, 9 letters and digits, or `functions.NAME:COUNT` with the calls of the whole conversation counted.
 */
export type CallIdStyle = 'chatcmpl-tool' | 'call' | 'call-index' | 'alphanumeric' | 'functions';

export interface ToolParserDefinition {
  /** Value of `--tool-call-parser`. */
  readonly name: string;
  /** Names of the models that write their calls like this, for `--tool-call-parser auto`. */
  readonly models: readonly RegExp[];
  readonly specialTokens: SpecialTokens;
  /** Its markers, as far as a tokenizer may have them as special tokens: those have to stay in the text while it reads. */
  markers(model: ParserModel): readonly string[];
  /** Of the markers, those without which the parser cannot work: start-up fails when the tokenizer lacks one. */
  requiredTokens(model: ParserModel): readonly string[];
  /** Its markup is never an answer: it is read, and its calls dropped, even when the request has no tools (chat-inputs-and-parsers.md §3.2). */
  readonly readsWithoutTools: boolean;
  /** How required and named calls are written when the engine is not held to a structural tag: in this format, or as plain JSON (§3.1). */
  readonly forcedCalls: 'own-format' | 'json';
  /** Names of the reasoning parsers that can stand in front of it. Absent: any. */
  readonly onlyWith?: readonly string[];
  /** Default: `chatcmpl-tool`. */
  readonly callIds?: CallIdStyle;
  /** Throws `InvalidRequestError` for template arguments that name no format. */
  create(reading: ToolReading): ToolParser;
  /** What `--tool-strict-level auto` means for this format; default: `auto`. */
  readonly strictLevel?: StrictLevel;
  /**
   * The markup of the wanted calls as a structural tag (chat-inputs-and-parsers.md §3.1), to hold an engine to; undefined: such calls stay free.
   * Absent: the format has no tag.
   */
  structuralTag?(constraint: CallConstraint): Format | undefined;
  /** Throws `InvalidRequestError` for calls that the format cannot be held to. Absent: for none. */
  checkDemand?(demand: StatedDemand): void;
  /** The markup around an answer in a wanted format. Absent: none. */
  frameOutput?(format: Format): Format;
}
