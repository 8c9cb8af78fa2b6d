import { toPythonicDefinition } from '../pythonic/pythonic.parser.js';

/** Llama 4: a list of calls as the whole answer, or in `<|python_start|>…<|python_end|>` (chat-inputs-and-parsers.md §4.2). */
export const llama4Pythonic = toPythonicDefinition('llama4_pythonic', [/llama-?4/i], {
  layout: 'list',
  block: { open: '<|python_start|>', close: '<|python_end|>', otherwise: 'dropped' },
  bare: true,
  echoes: false,
  repairs: false,
});
