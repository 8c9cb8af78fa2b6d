import { MarkerSplitter } from '../../reading/marker-splitter.js';
import { TrailingSpace } from '../../reading/trailing-space.js';
import type { ParserModel } from '../../parser-model.js';
import type {
  AnswerStart,
  ReasoningEvent,
  ReasoningParser,
  ReasoningParserDefinition,
  ReasoningPrompt,
} from '../reasoning-parser.js';

interface ThinkMarkers {
  readonly start: string;
  readonly end: string;
}

const TOOL_CALLS = '[TOOL_CALLS]';
const TOKENS: ThinkMarkers = { start: '[THINK]', end: '[/THINK]' };
const TAGS: ThinkMarkers = { start: '<think>', end: '</think>' };

/** Tokenizers since v13 have tokens for them, older models write tags. */
function markersOf(model: ParserModel): ThinkMarkers {
  return model.tokenId(TOKENS.start) === undefined ? TAGS : TOKENS;
}

/**
 * The first start marker opens the thought, wherever it stands; a call does not think any more. Text in front of it is content, and an end marker
 * there is none. Behind the thought markers are text: the answer may speak of them.
 */
class MistralParser implements ReasoningParser {
  private buffer = '';
  /** White space at the end of a thought is no part of it. */
  private readonly space = new TrailingSpace();
  private readonly splitter: MarkerSplitter;

  constructor(
    private readonly markers: ThinkMarkers,
    private place: 'in-front' | 'thought' | 'behind',
  ) {
    this.splitter = new MarkerSplitter([markers.start, markers.end, TOOL_CALLS]);
  }

  get reasoning(): boolean {
    return this.place === 'thought';
  }

  push(delta: string): ReasoningEvent[] {
    return this.read(delta, false);
  }

  finish(): ReasoningEvent[] {
    return this.read('', true);
  }

  private read(delta: string, last: boolean): ReasoningEvent[] {
    const events: ReasoningEvent[] = [];
    this.buffer += delta;
    while (this.step(events, last));
    return events;
  }

  /** False when the buffer holds nothing more to decide. */
  private step(events: ReasoningEvent[], last: boolean): boolean {
    if (this.place === 'behind') {
      if (this.buffer !== '') events.push({ type: 'content-delta', text: this.buffer });
      this.buffer = '';
      return false;
    }
    const { before, marker, rest } = this.splitter.split(this.buffer, last);
    this.buffer = rest;
    const text = this.place === 'thought' ? this.space.add(before) : before;
    if (text !== '') events.push({ type: this.reasoning ? 'reasoning-delta' : 'content-delta', text });
    if (marker === undefined) return false;
    if (marker === TOOL_CALLS) this.buffer = marker + rest;
    if (marker === this.markers.start) this.place = 'thought';
    else if (this.reasoning || marker === TOOL_CALLS) this.place = 'behind';
    return true;
  }
}

/** Magistral and its kin (chat-inputs-and-parsers.md §5). */
export const mistral: ReasoningParserDefinition = {
  name: 'mistral',
  models: [/magistral/i, /ministral-3.*reasoning/i, /mistral-small-(?!3)\d/i],
  specialTokens: 'kept',
  markers: (model) => [markersOf(model).start, markersOf(model).end, TOOL_CALLS],
  requiredTokens: () => [],
  keepsEmptyDeltas: false,
  startMarkers: [],
  endMarkers: [],
  startAfter,
  create: ({ start, model }) => new MistralParser(markersOf(model), start === 'thought' ? 'thought' : 'in-front'),
};

function startAfter({ text, model }: ReasoningPrompt): AnswerStart {
  const { start, end } = markersOf(model);
  const begun = text.lastIndexOf(start);
  const ended = Math.max(text.lastIndexOf(end), text.lastIndexOf(TOOL_CALLS));
  if (begun === ended) return 'undecided';
  return begun > ended ? 'thought' : 'content';
}
