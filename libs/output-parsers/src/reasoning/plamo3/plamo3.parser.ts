import { PLAMO, PLAMO_MARKER_START, PLAMO_TOKENS } from '../../tool/plamo3/plamo3.markers.js';
import type { AnswerStart, ReasoningEvent, ReasoningParserDefinition, ReasoningPrompt } from '../reasoning-parser.js';
import { ThinkBlockParser } from '../think-block/think-block.parser.js';

/** A marker is many tokens: the beginning of one at the end of a thought was cut off, and is no part of it. */
class Plamo3Parser extends ThinkBlockParser {
  override finish(): ReasoningEvent[] {
    return super.finish().filter(({ text }) => !text.startsWith(PLAMO_MARKER_START));
  }
}

/** PLaMo 3: thinks unless the prompt closed the block or `enable_thinking` is false; calls end the thought (chat-inputs-and-parsers.md §5). */
export const plamo3: ReasoningParserDefinition = {
  name: 'plamo3',
  models: [/plamo-?3/i],
  specialTokens: 'kept',
  markers: () => PLAMO_TOKENS,
  requiredTokens: () => [],
  keepsEmptyDeltas: false,
  startMarkers: [],
  endMarkers: [],
  startAfter,
  create: ({ start }) =>
    new Plamo3Parser(
      {
        starts: [PLAMO.thinkBegin],
        ends: [PLAMO.thinkEnd],
        interruptions: [PLAMO.requestsBegin],
        repeatedStart: 'dropped',
      },
      start,
    ),
};

function startAfter({ text, templateKwargs }: ReasoningPrompt): AnswerStart {
  if (templateKwargs.enable_thinking === false) return 'content';
  const begun = Math.max(text.lastIndexOf(PLAMO.thinkBegin), text.lastIndexOf(PLAMO.endOfTurn));
  return text.lastIndexOf(PLAMO.thinkEnd) > begun ? 'content' : 'thought';
}
