import { ChannelReader } from '../../reading/channel.reader.js';
import { UNFILTERED } from '../../reading/text-filter.js';
import { harmonyFraming, harmonyMarkers, toHarmonyRole } from '../../tool/openai/harmony.channels.js';
import { harmonyOutput } from '../../tool/openai/openai.structural-tag.js';
import { ChannelReasoningParser } from '../channel-reasoning.parser.js';
import type { ReasoningParserDefinition } from '../reasoning-parser.js';

/** gpt-oss thinks in messages of the analysis channel (chat-inputs-and-parsers.md §5). The answer's own headers say so, whatever the prompt ended with. */
export const openaiGptoss: ReasoningParserDefinition = {
  name: 'openai_gptoss',
  models: [/gpt-oss/i],
  specialTokens: 'as-requested',
  markers: () => harmonyMarkers,
  requiredTokens: () => [],
  keepsEmptyDeltas: false,
  startMarkers: [],
  endMarkers: [],
  startAfter: () => 'content',
  create: ({ framed }) =>
    new ChannelReasoningParser(new ChannelReader(harmonyFraming, 'header'), {
      role: 'content',
      toRole: toHarmonyRole,
      framed,
      unreadCalls: 'dropped',
      filter: UNFILTERED,
    }),
  frameOutput: harmonyOutput,
};
