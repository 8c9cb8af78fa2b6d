import { ChannelReader } from '../../reading/channel.reader.js';
import { CitationMarks } from '../../tool/cohere-command/citation-marks.js';
import { cohereOutput } from '../../tool/cohere-command/cohere-command.structural-tag.js';
import { COHERE, cohereFraming, cohereMarkers, toCohereRole } from '../../tool/cohere-command/cohere.channels.js';
import { ChannelReasoningParser } from '../channel-reasoning.parser.js';
import type { AnswerStart, ReasoningParserDefinition, ReasoningPrompt } from '../reasoning-parser.js';
import { TrimmedThought } from '../trimmed-thought.js';

/** Command A thinks in blocks of their own (chat-inputs-and-parsers.md §5). */
export const cohereCommand3: ReasoningParserDefinition = {
  name: 'cohere_command3',
  models: [/command-a-reasoning/i],
  specialTokens: 'kept',
  markers: () => cohereMarkers,
  requiredTokens: () => [],
  keepsEmptyDeltas: false,
  startMarkers: [COHERE.thinking],
  endMarkers: [COHERE.endOfThinking],
  startAfter,
  create: ({ start, framed }) =>
    new TrimmedThought(
      new ChannelReasoningParser(new ChannelReader(cohereFraming, start === 'thought' ? 'message' : 'outside'), {
        role: start === 'thought' ? 'thought' : 'content',
        toRole: toCohereRole,
        framed,
        unreadCalls: 'dropped',
        filter: new CitationMarks(),
      }),
    ),
  frameOutput: cohereOutput('RESPONSE'),
};

export const cohereCommand4: ReasoningParserDefinition = {
  ...cohereCommand3,
  name: 'cohere_command4',
  models: [/command-a-plus/i],
  frameOutput: cohereOutput('RESPONSE', 'TEXT'),
};

/** The last marker says where the prompt ends; at the beginning of a turn nothing is decided. */
function startAfter({ text }: ReasoningPrompt): AnswerStart {
  const last = (markers: readonly string[]) => Math.max(...markers.map((marker) => text.lastIndexOf(marker)));
  const turn = last([COHERE.turn, COHERE.chatbot]);
  const thinks = last([COHERE.thinking]);
  const said = last(cohereMarkers.filter((marker) => ![COHERE.turn, COHERE.chatbot, COHERE.thinking].includes(marker)));
  if (thinks > Math.max(turn, said)) return 'thought';
  return said > turn ? 'content' : 'undecided';
}
