import { InvalidRequestError } from '@app/errors';
import type { ReasoningEvent, ReasoningParser, ReasoningParserDefinition } from '../reasoning-parser.js';
import { lastOf } from '../think-block/think-block.js';
import { ThinkBlockParser } from '../think-block/think-block.parser.js';

const TOOL_CALLS = '<ifm|tool_calls>';
/** How a thought of each effort is marked: `<ifm|think>…</ifm|think>`. */
const THOUGHTS = { high: 'think', medium: 'think_fast', low: 'think_faster' } as const;
const STARTS = Object.values(THOUGHTS).map((name) => `<ifm|${name}>`);
const ENDS = Object.values(THOUGHTS).map((name) => `</ifm|${name}>`);

/** Leaves out the opener that an answer may begin with; anywhere else it is text. */
class WithoutOpener implements ReasoningParser {
  /** What may still become the opener; undefined: it is decided. */
  private held: string | undefined = '';

  constructor(
    private readonly opener: string,
    private readonly parser: ReasoningParser,
  ) {}

  get reasoning(): boolean {
    return this.parser.reasoning;
  }

  push(delta: string): ReasoningEvent[] {
    if (this.held === undefined) return this.parser.push(delta);
    const text = this.held + delta;
    const opened = text.startsWith(this.opener);
    this.held = !opened && this.opener.startsWith(text) ? text : undefined;
    if (this.held !== undefined) return [];
    return this.parser.push(opened ? text.slice(this.opener.length) : text);
  }

  finish(): ReasoningEvent[] {
    return [...this.parser.push(this.held ?? ''), ...this.parser.finish()];
  }
}

/** LLM360's K2 Horizon: three kinds of thoughts, by the effort; calls end them, too (chat-inputs-and-parsers.md §5). */
export const k2Horizon: ReasoningParserDefinition = {
  name: 'k2_horizon',
  models: [/k2-?horizon/i],
  specialTokens: 'as-requested',
  markers: () => [...STARTS, ...ENDS, TOOL_CALLS],
  requiredTokens: () => [STARTS[0], ENDS[0]],
  keepsEmptyDeltas: true,
  startMarkers: STARTS,
  endMarkers: [...ENDS, TOOL_CALLS],
  startAfter: ({ text, templateKwargs }) => {
    const { start, end } = markersOf(templateKwargs);
    return lastOf(text, [end, TOOL_CALLS]) > text.lastIndexOf(start) ? 'content' : 'thought';
  },
  create: ({ start: state, templateKwargs }) => {
    const { start, end } = markersOf(templateKwargs);
    const format = { starts: [], ends: [end], interruptions: [TOOL_CALLS], repeatedStart: 'text' } as const;
    const parser = new ThinkBlockParser(format, state);
    return state === 'thought' ? new WithoutOpener(start, parser) : parser;
  },
};

function markersOf({ reasoning_effort: effort = 'high' }: Readonly<Record<string, unknown>>): {
  readonly start: string;
  readonly end: string;
} {
  if (effort !== 'high' && effort !== 'medium' && effort !== 'low') {
    const shown = typeof effort === 'string' ? `'${effort}'` : JSON.stringify(effort);
    throw new InvalidRequestError(
      `Unsupported reasoning_effort ${shown}. Supported values: ${Object.keys(THOUGHTS).join(', ')}.`,
      { param: 'chat_template_kwargs' },
    );
  }
  return { start: `<ifm|${THOUGHTS[effort]}>`, end: `</ifm|${THOUGHTS[effort]}>` };
}
