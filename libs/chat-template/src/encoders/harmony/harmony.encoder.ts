import { continuesMessage } from '../continued-message.js';
import type { PromptEncoder } from '../prompt-encoder.js';
import { toPieces } from './harmony-message.js';
import { toHarmonyMessages } from './to-harmony-messages.js';

/** Plain data. */
export interface HarmonyOptions {
  /** The date the model is told; default: the day of the request. */
  readonly startDate?: string | undefined;
  /** The client's instructions stand in the system message, not in a developer's. */
  readonly instructionsInSystem?: boolean | undefined;
}

/**
 * gpt-oss: every message is `<|start|>author<|channel|>channel<|message|>content<|end|>`; thoughts are on the channel analysis, calls on commentary,
 * answers on final (OpenAI's harmony format, in vLLM's reading of it). What clients write is words, even where it looks like these tokens.
 */
export function harmonyEncoder(
  { startDate, instructionsInSystem = false }: HarmonyOptions = {},
  now: () => Date = () => new Date(),
): PromptEncoder {
  return {
    name: 'harmony',
    tokens: ['<|start|>', '<|channel|>', '<|message|>', '<|end|>', '<|call|>'],
    takesToolsUnparsed: true,
    render: (input) => {
      const continues = continuesMessage(input);
      const date = startDate ?? localDate(now());
      const pieces = toHarmonyMessages(input, { date, instructionsInSystem }).flatMap(toPieces);
      return continues ? pieces.slice(0, -1) : [...pieces, { token: '<|start|>' }, { text: 'assistant' }];
    },
  };
}

/** `2025-06-28`, by the clock on the server's wall. */
function localDate(date: Date): string {
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'));
  return `${date.getFullYear()}-${month}-${day}`;
}
