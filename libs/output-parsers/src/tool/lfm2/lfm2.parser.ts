import type { PythonicFormat } from '../../reading/pythonic.parser.js';
import { toPythonicDefinition } from '../pythonic/pythonic.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';

const OPEN = '<|tool_call_start|>';
const CLOSE = '<|tool_call_end|>';

const format: PythonicFormat = {
  layout: 'list',
  block: { open: OPEN, close: CLOSE, otherwise: 'text' },
  bare: false,
  echoes: true,
  repairs: true,
};

/** Liquid AI's LFM2: `<|tool_call_start|>[f(a="x")]<|tool_call_end|>` (chat-inputs-and-parsers.md §4.2). */
export const lfm2: ToolParserDefinition = {
  ...toPythonicDefinition('lfm2', [/lfm-?2/i], format),
  specialTokens: 'kept-with-tools',
  requiredTokens: () => [OPEN, CLOSE],
};
