import { thinkBlock } from '../think-block/think-block.js';
import type { ReasoningParserDefinition } from '../reasoning-parser.js';

const EMPTY_THOUGHT = '<think></think>';

/** Olmo 3 Think: its markers are ordinary text (chat-inputs-and-parsers.md §5). */
export const olmo3: ReasoningParserDefinition = {
  ...thinkBlock({ name: 'olmo3', models: [/olmo-?3/i], reader: 'base' }),
  requiredTokens: () => [],
  startMarkers: [],
  endMarkers: [],
  // vLLM looks for the tokens of the end marker anywhere in the prompt; in an empty thought they are others.
  startAfter: ({ text }) => (text.replaceAll(EMPTY_THOUGHT, '').includes('</think>') ? 'content' : 'thought'),
};
