import { toPythonicDefinition } from '../pythonic/pythonic.parser.js';

/** Olmo 3: calls below each other, as the whole answer or in `<function_calls>…</function_calls>` (chat-inputs-and-parsers.md §4.2). */
export const olmo3 = toPythonicDefinition('olmo3', [/olmo-?3/i], {
  layout: 'sequence',
  block: { open: '<function_calls>', close: '</function_calls>', otherwise: 'text' },
  bare: true,
  echoes: false,
  repairs: false,
});
