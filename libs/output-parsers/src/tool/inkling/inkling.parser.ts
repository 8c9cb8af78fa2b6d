import { ChannelCallParser } from '../../reading/channel-call.parser.js';
import { ChannelReader } from '../../reading/channel.reader.js';
import { CallObjectReader, NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { JsonCallMessage } from '../../reading/json/json-call.message.js';
import { UNFILTERED } from '../../reading/text-filter.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { INKLING, inklingFraming, toInklingRole } from './inkling.channels.js';

/** Inkling: a call is a block that holds `{"name": "f", "args": {…}}` (chat-inputs-and-parsers.md §4.1). */
export const inkling: ToolParserDefinition = {
  name: 'inkling',
  models: [/inkling/i],
  specialTokens: 'kept',
  markers: () => Object.values(INKLING),
  requiredTokens: () => [],
  readsWithoutTools: true,
  forcedCalls: 'own-format',
  create: () =>
    new ChannelCallParser(new ChannelReader(inklingFraming, 'header'), {
      toRole: toInklingRole,
      beginCall: ({ written }, writer) => {
        const format = { ...NAME_AND_ARGUMENTS, argumentKeys: ['args'], argumentsRequired: false };
        return new JsonCallMessage(written, new CallObjectReader(format, writer), writer);
      },
      thoughts: 'dropped',
      filter: UNFILTERED,
    }),
};
