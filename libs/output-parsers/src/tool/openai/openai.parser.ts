import { ChannelCallParser } from '../../reading/channel-call.parser.js';
import { ChannelReader } from '../../reading/channel.reader.js';
import { UNFILTERED } from '../../reading/text-filter.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { harmonyFraming, harmonyMarkers, toCalledFunction, toHarmonyRole } from './harmony.channels.js';
import { harmonyOutput, harmonyStructuralTag } from './openai.structural-tag.js';

/** gpt-oss's Harmony format: a message to a function is a call, its text the arguments (chat-inputs-and-parsers.md §4.2). */
export const openai: ToolParserDefinition = {
  name: 'openai',
  models: [/gpt-oss/i],
  specialTokens: 'as-requested',
  markers: () => harmonyMarkers,
  requiredTokens: () => [],
  readsWithoutTools: true,
  forcedCalls: 'json',
  create: () =>
    new ChannelCallParser(new ChannelReader(harmonyFraming, 'header'), {
      toRole: toHarmonyRole,
      beginCall: (message, writer) => {
        writer.start({ name: toCalledFunction(message) ?? '' });
        return {
          read: (text) => writer.argument(text),
          end: () => writer.end(),
          finish: () => undefined,
        };
      },
      thoughts: 'dropped',
      filter: UNFILTERED,
    }),
  structuralTag: harmonyStructuralTag,
  frameOutput: harmonyOutput,
};
