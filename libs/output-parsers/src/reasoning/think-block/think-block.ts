import type { AnswerStart, ReasoningParser, ReasoningParserDefinition, ReasoningReading } from '../reasoning-parser.js';
import { TrimmedThought } from '../trimmed-thought.js';
import { ThinkBlockParser } from './think-block.parser.js';

type TemplateKwargs = Readonly<Record<string, unknown>>;

/** What tells the families apart whose thought stands between two markers (chat-inputs-and-parsers.md §5). */
export interface ThinkBlockFamily {
  readonly name: string;
  readonly models: readonly RegExp[];
  /**
   * The reader that vLLM gives the family: its declarative engine (§4.1: special tokens stay in the text, start markers inside the thought and the white
   * space behind it are dropped, a tool call ends it) or the older one of §5's base rule.
   */
  readonly reader: 'engine' | 'base';
  /** Default `<think>` and `</think>`. */
  readonly start?: string;
  readonly end?: string;
  /** Openers of tool calls: they end the thought. */
  readonly toolCalls?: readonly string[];
  /** A tool call in the prompt ended its thought, as one in the answer does. Default true. */
  readonly toolCallsEndPrompts?: boolean;
  /** Markers that begin a turn: only the last turn of the prompt says how the answer begins. Default: the whole prompt does. */
  readonly turns?: readonly string[];
  /** Whether the model thinks under these template arguments. Default: it always does. */
  readonly thinks?: (kwargs: TemplateKwargs) => boolean;
  /** A thought that the prompt opened is one whatever the template arguments say. Default false. */
  readonly believesPrompt?: boolean;
  /** How the answer begins when the prompt has neither marker. Default: in the thought. */
  readonly unopened?: AnswerStart | ((kwargs: TemplateKwargs) => AnswerStart);
  /** White space behind the thought is part of it. Default: of `base` readers it is. */
  readonly keepsThoughtEnd?: boolean;
  /** An answer of a model that was told not to think may still open with a thought. Default: it is content, markers and all. */
  readonly mayThinkUnasked?: boolean;
  /** Puts something around the reader. */
  readonly wrap?: (parser: ReasoningParser, reading: ReasoningReading) => ReasoningParser;
}

/** The definition of such a family. */
export function thinkBlock(family: ThinkBlockFamily): ReasoningParserDefinition {
  const { name, models, reader, start = '<think>', end = '</think>', toolCalls = [], turns = [] } = family;
  const { thinks = () => true, unopened = 'thought', toolCallsEndPrompts = true, mayThinkUnasked = false } = family;
  const { believesPrompt = false, keepsThoughtEnd = reader === 'base', wrap = (parser) => parser } = family;
  const ends = toolCallsEndPrompts ? [end, ...toolCalls] : [end];
  const engine = reader === 'engine';
  const opening = unopened === 'thought' ? 'first-word' : 'anywhere';
  const format = {
    starts: [start],
    ends: [end],
    interruptions: toolCalls,
    opening,
    repeatedStart: engine ? 'dropped' : 'text',
    strayEnd: engine ? 'dropped' : 'text',
  } as const;
  return {
    name,
    models,
    specialTokens: engine ? 'kept' : 'as-requested',
    markers: () => [start, end, ...toolCalls],
    requiredTokens: () => [start, end],
    keepsEmptyDeltas: !engine,
    startMarkers: [start],
    endMarkers: [end, ...toolCalls],
    startAfter: ({ text, templateKwargs }) => {
      const turn = lastTurn(text, turns);
      const opened = turn.lastIndexOf(start);
      const ended = lastOf(turn, ends);
      if (believesPrompt && opened > ended) return 'thought';
      if (ended > opened || !thinks(templateKwargs)) return 'content';
      if (opened >= 0) return 'thought';
      return typeof unopened === 'function' ? unopened(templateKwargs) : unopened;
    },
    create: (reading) => {
      const unasked = mayThinkUnasked && !thinks(reading.templateKwargs);
      const parser = new ThinkBlockParser(format, unasked ? 'undecided' : reading.start);
      return wrap(keepsThoughtEnd ? parser : new TrimmedThought(parser), reading);
    },
  };
}

/** What follows the last of these markers; all of the prompt when it has none. */
export function lastTurn(prompt: string, turns: readonly string[]): string {
  return prompt.slice(lastOf(prompt, turns) + 1);
}

/** Where the last of these markers begins; −1: there is none. */
export function lastOf(text: string, markers: readonly string[]): number {
  return Math.max(-1, ...markers.map((marker) => text.lastIndexOf(marker)));
}
