import { qwen3Family } from '../qwen3/qwen3.parser.js';
import { thinkBlock } from '../think-block/think-block.js';
import { RepeatedThought } from './repeated-thought.js';

/**
 * Nemotron 3: as Qwen 3; with `force_nonempty_content` an answer without content says its thought again (chat-inputs-and-parsers.md §5: vLLM's stream does
 * so, its whole answer puts the thought into the content only; ours does as the stream, in both modes).
 */
export const nemotronV3 = thinkBlock({
  ...qwen3Family,
  name: 'nemotron_v3',
  models: [/nemotron-3/i],
  keepsThoughtEnd: false,
  wrap: (parser, { templateKwargs }) =>
    templateKwargs.force_nonempty_content === true ? new RepeatedThought(parser) : parser,
});
