import type { ReasoningParserDefinition } from '../reasoning-parser.js';
import { ThinkBlockParser } from '../think-block/think-block.parser.js';

const START = '<think>';
const END = '</think>';

/** DeepSeek R1 and its distillations: all is thought until the end marker (chat-inputs-and-parsers.md §5). */
export const deepseekR1: ReasoningParserDefinition = {
  name: 'deepseek_r1',
  models: [/deepseek-r1/i],
  specialTokens: 'as-requested',
  markers: () => [START, END],
  requiredTokens: () => [START, END],
  keepsEmptyDeltas: true,
  startMarkers: [START],
  endMarkers: [END],
  startAfter: ({ text }) => (text.lastIndexOf(END) > text.lastIndexOf(START) ? 'content' : 'thought'),
  create: ({ start }) => new ThinkBlockParser({ start: START, end: END, interruptions: [] }, start),
};
