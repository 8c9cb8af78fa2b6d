import { ThinkBlockParser } from '../think-block/think-block.parser.js';
import type { ReasoningParserDefinition } from '../reasoning-parser.js';

const END = '</think>';

/** Step 3: has an end marker only; all is thought until it (chat-inputs-and-parsers.md §5). */
export const step3: ReasoningParserDefinition = {
  name: 'step3',
  models: [/step-?3(?!\.)/i],
  specialTokens: 'as-requested',
  markers: () => [END],
  requiredTokens: () => [END],
  keepsEmptyDeltas: true,
  startMarkers: [],
  endMarkers: [END],
  // Without a start marker, any end in the prompt counts, as in vLLM.
  startAfter: ({ text }) => (text.includes(END) ? 'content' : 'thought'),
  create: ({ start }) => new ThinkBlockParser({ starts: [], ends: [END], repeatedStart: 'text' }, start),
};
