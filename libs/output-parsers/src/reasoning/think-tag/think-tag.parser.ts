import { ThinkBlockParser } from '../think-block/think-block.parser.js';
import type { AnswerStart, ReasoningParserDefinition, ReasoningPrompt } from '../reasoning-parser.js';
import { TrimmedThought } from '../trimmed-thought.js';

const START = '<think>';
const END = '</think>';

/** Ours: for models that think only sometimes, and say so by beginning the answer with `<think>`. Without it all is content. White space around the thought is dropped. */
export const thinkTag: ReasoningParserDefinition = {
  name: 'think_tag',
  models: [],
  specialTokens: 'kept',
  markers: () => [START, END],
  requiredTokens: () => [START, END],
  keepsEmptyDeltas: false,
  startMarkers: [START],
  endMarkers: [END],
  startAfter,
  create: ({ start }) =>
    new TrimmedThought(new ThinkBlockParser({ starts: [START], ends: [END], repeatedStart: 'dropped' }, start), {
      thoughtStart: true,
      contentStart: 'white-space',
    }),
};

/** A prompt that ends in the marker (and white space) has opened or closed the thought itself. */
function startAfter({ text }: ReasoningPrompt): AnswerStart {
  const prompt = text.trimEnd();
  if (prompt.endsWith(END)) return 'content';
  return prompt.endsWith(START) ? 'thought' : 'undecided';
}
