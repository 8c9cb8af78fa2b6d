import { AnswerFrame } from '../answer-frame.js';
import { thinkBlock } from '../think-block/think-block.js';
import type { ReasoningEvent, ReasoningParser, ReasoningParserDefinition } from '../reasoning-parser.js';

/** MiniMax M2: all is thought until the end marker or a tool call (chat-inputs-and-parsers.md §5). */
export const minimaxM2 = thinkBlock({
  name: 'minimax_m2',
  models: [/minimax-m2/i],
  reader: 'engine',
  toolCalls: ['<minimax:tool_call>'],
});

/**
 * For clients that keep thoughts in the history themselves: all is content, with the start marker that the prompt took. Where the family's tool parser
 * reads on, the end marker is framing, and dropped as vLLM does.
 */
export const minimaxM2AppendThink: ReasoningParserDefinition = {
  ...thinkBlock({ name: 'minimax_m2_append_think', models: [], reader: 'base' }),
  requiredTokens: () => [],
  create: ({ start, framed }) => {
    const appended = new AppendedThought(start === 'thought' ? '<think>' : '');
    return framed ? new AnswerFrame(appended, { close: '</think>' }) : appended;
  },
};

class AppendedThought implements ReasoningParser {
  readonly reasoning = false;

  constructor(private opener: string) {}

  push(delta: string): ReasoningEvent[] {
    if (delta === '') return [];
    const text = this.opener + delta;
    this.opener = '';
    return [{ type: 'content-delta', text }];
  }

  finish(): ReasoningEvent[] {
    return [];
  }
}
