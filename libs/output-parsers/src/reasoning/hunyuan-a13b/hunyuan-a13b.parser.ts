import { AnswerFrame } from '../answer-frame.js';
import { ThinkBlockParser } from '../think-block/think-block.parser.js';
import type { ThinkBlockFormat } from '../think-block/think-block.parser.js';
import type { ReasoningParserDefinition } from '../reasoning-parser.js';

const format: ThinkBlockFormat = {
  starts: ['<think>\n'],
  ends: ['\n</think>\n<answer>\n'],
  repeatedStart: 'text',
  opening: 'anywhere',
};

/** Hunyuan A13B: `<think>⏎…⏎</think>⏎<answer>⏎…⏎</answer>` in ordinary text; the prompt opens none of it (chat-inputs-and-parsers.md §5). */
export const hunyuanA13b: ReasoningParserDefinition = {
  name: 'hunyuan_a13b',
  models: [/hunyuan-a13b/i],
  specialTokens: 'as-requested',
  markers: () => [],
  requiredTokens: () => [],
  keepsEmptyDeltas: true,
  startMarkers: [],
  endMarkers: [],
  startAfter: () => 'undecided',
  create: ({ start }) => new AnswerFrame(new ThinkBlockParser(format, start), { close: '\n</answer>' }),
};
