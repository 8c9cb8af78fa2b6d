import { thinkBlock } from '../think-block/think-block.js';
import { TrimmedThought } from '../trimmed-thought.js';
import { WithoutLabel } from './without-label.js';

/** Gemma 4: a thought stands in a channel of that name; content comes without one (chat-inputs-and-parsers.md §5). */
export const gemma4 = thinkBlock({
  name: 'gemma4',
  models: [/gemma-?4/i],
  reader: 'engine',
  start: '<|channel>',
  end: '<channel|>',
  toolCalls: ['<|tool_call>'],
  turns: ['<|turn>', '<|tool_response>'],
  thinks: ({ enable_thinking }) => Boolean(enable_thinking),
  believesPrompt: true,
  unopened: 'undecided',
  mayThinkUnasked: true,
  // The label ends in white space, so it goes first.
  keepsThoughtEnd: true,
  wrap: (parser) => new TrimmedThought(new WithoutLabel(parser, 'thought\n')),
});
