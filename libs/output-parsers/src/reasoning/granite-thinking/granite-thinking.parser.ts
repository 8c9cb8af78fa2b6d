import { RepeatedThought } from '../nemotron-v3/repeated-thought.js';
import { qwen3Family } from '../qwen3/qwen3.parser.js';
import { thinkBlock } from '../think-block/think-block.js';
import { TrimmedThought } from '../trimmed-thought.js';

/** Granite 4.2: as Nemotron 3; the newlines in front of the content are layout (chat-inputs-and-parsers.md §5). */
export const graniteThinking = thinkBlock({
  ...qwen3Family,
  name: 'granite_thinking_parser',
  models: [/granite-4\.2/i],
  wrap: (parser, { templateKwargs }) => {
    const trimmed = new TrimmedThought(parser, { contentStart: 'newlines' });
    return templateKwargs.force_nonempty_content === true ? new RepeatedThought(trimmed) : trimmed;
  },
});
