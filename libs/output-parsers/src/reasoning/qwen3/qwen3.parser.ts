import type { AnswerStart, ReasoningParserDefinition, ReasoningPrompt } from '../reasoning-parser.js';
import { ThinkBlockParser } from '../think-block/think-block.parser.js';

const START = '<think>';
const END = '</think>';
const TOOL_CALL = '<tool_call>';
const TURN = '<|im_start|>';

/** Qwen 3: thinks unless the prompt closed the block or `enable_thinking` is false; a tool call ends the thought (chat-inputs-and-parsers.md §5). */
export const qwen3: ReasoningParserDefinition = {
  name: 'qwen3',
  models: [/qwen3/i],
  specialTokens: 'kept',
  markers: () => [START, END, TOOL_CALL],
  requiredTokens: () => [START, END],
  keepsEmptyDeltas: false,
  startMarkers: [START],
  endMarkers: [END, TOOL_CALL],
  startAfter,
  create: ({ start }) => new ThinkBlockParser({ start: START, end: END, interruptions: [TOOL_CALL] }, start),
};

/** Only the turn that the model writes on counts: earlier ones were closed by themselves. */
function startAfter({ text, templateKwargs }: ReasoningPrompt): AnswerStart {
  if (templateKwargs.enable_thinking === false) return 'content';
  const turn = text.slice(text.lastIndexOf(TURN) + 1);
  const ended = Math.max(turn.lastIndexOf(END), turn.lastIndexOf(TOOL_CALL));
  return ended > turn.lastIndexOf(START) ? 'content' : 'thought';
}
