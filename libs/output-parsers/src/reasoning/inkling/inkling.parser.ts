import { ChannelReader } from '../../reading/channel.reader.js';
import { UNFILTERED } from '../../reading/text-filter.js';
import { INKLING, inklingFraming, toInklingRole } from '../../tool/inkling/inkling.channels.js';
import { ChannelReasoningParser } from '../channel-reasoning.parser.js';
import type { AnswerStart, ReasoningParserDefinition, ReasoningPrompt } from '../reasoning-parser.js';
import { TrimmedThought } from '../trimmed-thought.js';

/** Inkling thinks in blocks of their own, in any order (chat-inputs-and-parsers.md §5). */
export const inkling: ReasoningParserDefinition = {
  name: 'inkling',
  models: [/inkling/i],
  specialTokens: 'kept',
  markers: () => Object.values(INKLING),
  requiredTokens: () => [],
  keepsEmptyDeltas: false,
  startMarkers: [INKLING.thinking],
  endMarkers: [INKLING.endOfMessage, INKLING.endOfSampling],
  startAfter,
  create: ({ start, framed }) =>
    new TrimmedThought(
      new ChannelReasoningParser(new ChannelReader(inklingFraming, POSITIONS[start]), {
        role: start === 'thought' ? 'thought' : 'content',
        toRole: toInklingRole,
        framed,
        unreadCalls: 'without-header',
        filter: UNFILTERED,
      }),
    ),
};

const POSITIONS = { thought: 'message', content: 'outside', undecided: 'header' } as const;

/** The last marker says where the prompt ends; behind a finished block any other may begin. */
function startAfter({ text }: ReasoningPrompt): AnswerStart {
  const last = (...markers: readonly string[]) => Math.max(...markers.map((marker) => text.lastIndexOf(marker)));
  const begun = last(INKLING.model);
  const said = last(INKLING.text, INKLING.call, INKLING.toolText, INKLING.toolError, INKLING.endOfMessage);
  const ended = Math.max(said, last(INKLING.endOfSampling));
  const thinks = last(INKLING.thinking);
  if (thinks > Math.max(begun, ended)) return 'thought';
  return ended > begun ? 'content' : 'undecided';
}
