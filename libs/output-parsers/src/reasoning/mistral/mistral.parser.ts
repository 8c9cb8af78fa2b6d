import type { ParserModel } from '../../parser-model.js';
import type { AnswerStart, ReasoningParserDefinition, ReasoningPrompt } from '../reasoning-parser.js';
import { ThinkBlockParser } from '../think-block/think-block.parser.js';
import { TrimmedThought } from '../trimmed-thought.js';

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
 * Magistral and its kin (chat-inputs-and-parsers.md §5): the first start marker opens the thought, wherever it stands, and a call does not think any more.
 * Whether an earlier turn thought says nothing of this one, so that only an open thought in the prompt counts.
 */
export const mistral: ReasoningParserDefinition = {
  name: 'mistral',
  models: [/magistral/i, /ministral-3.*reasoning/i],
  specialTokens: 'kept',
  markers: (model) => [markersOf(model).start, markersOf(model).end, TOOL_CALLS],
  requiredTokens: () => [],
  keepsEmptyDeltas: false,
  startMarkers: [],
  endMarkers: [],
  startAfter,
  create: ({ start: answerStart, model }) => {
    const { start, end } = markersOf(model);
    return new TrimmedThought(
      new ThinkBlockParser(
        {
          starts: [start],
          ends: [end],
          interruptions: [TOOL_CALLS],
          repeatedStart: 'dropped',
          opening: 'anywhere',
          strayEnd: 'dropped',
        },
        answerStart === 'thought' ? 'thought' : 'undecided',
      ),
    );
  },
};

function startAfter({ text, model }: ReasoningPrompt): AnswerStart {
  const { start, end } = markersOf(model);
  const begun = text.lastIndexOf(start);
  const ended = Math.max(text.lastIndexOf(end), text.lastIndexOf(TOOL_CALLS));
  if (begun === ended) return 'undecided';
  return begun > ended ? 'thought' : 'content';
}
