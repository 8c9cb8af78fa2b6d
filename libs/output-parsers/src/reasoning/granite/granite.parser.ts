import { ThinkBlockParser } from '../think-block/think-block.parser.js';
import type { ThinkBlockFormat } from '../think-block/think-block.parser.js';
import type { ReasoningParserDefinition } from '../reasoning-parser.js';

const format: ThinkBlockFormat = {
  starts: ['Here is my thought process:', "Here's my thought process:"],
  ends: ['Here is my response:', "Here's my response:"],
  repeatedStart: 'text',
};

/** Granite 3.2 and 3.3: says in plain words where a thought begins and ends (chat-inputs-and-parsers.md §5). */
export const granite: ReasoningParserDefinition = {
  name: 'granite',
  models: [/granite-3\.[23]/i],
  specialTokens: 'as-requested',
  markers: () => [],
  requiredTokens: () => [],
  keepsEmptyDeltas: true,
  startMarkers: [],
  endMarkers: [],
  startAfter: () => 'undecided',
  create: ({ start }) => new ThinkBlockParser(format, start),
};
