import { ChannelCallParser } from '../../reading/channel-call.parser.js';
import { ChannelReader } from '../../reading/channel.reader.js';
import { CallListReader } from '../../reading/json/call-list.reader.js';
import type { CallObjectFormat } from '../../reading/json/call-object.reader.js';
import { JsonCallMessage } from '../../reading/json/json-call.message.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { CitationMarks } from './citation-marks.js';
import { cohereFraming, cohereMarkers, toCohereRole } from './cohere.channels.js';

/** `{"tool_call_id": "0", "tool_name": "f", "parameters": {…}}` */
const callFormat: CallObjectFormat = {
  name: { key: 'tool_name' },
  argumentKeys: ['parameters'],
  idKey: 'tool_call_id',
  argumentsRequired: false,
  stringArguments: 'verbatim',
  certainWith: 'next-member',
};

/** Command A: an action is a list of calls. Thoughts, actions and answers stand in blocks (chat-inputs-and-parsers.md §4.2). */
export const cohereCommand3: ToolParserDefinition = {
  name: 'cohere_command3',
  models: [/command-a(?!-plus)/i, /command-r7b/i],
  specialTokens: 'kept',
  markers: () => cohereMarkers,
  requiredTokens: () => [],
  readsWithoutTools: true,
  forcedCalls: 'json',
  create: () =>
    new ChannelCallParser(new ChannelReader(cohereFraming), {
      toRole: toCohereRole,
      beginCall: ({ written }, writer) => {
        const reader = new CallListReader({ call: callFormat, strays: 'dropped', objectAlone: true }, writer);
        return new JsonCallMessage(written, reader, writer);
      },
      thoughts: 'told',
      filter: new CitationMarks(),
    }),
};

/** Command A+: its answers are texts where those of Command A are responses; both read both. */
export const cohereCommand4: ToolParserDefinition = {
  ...cohereCommand3,
  name: 'cohere_command4',
  models: [/command-a-plus/i],
};
