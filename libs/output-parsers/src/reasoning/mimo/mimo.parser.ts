import { qwen3 } from '../qwen3/qwen3.parser.js';
import type { ReasoningParserDefinition } from '../reasoning-parser.js';

/** Xiaomi's MiMo: as Qwen 3 (chat-inputs-and-parsers.md §5). */
export const mimo: ReasoningParserDefinition = { ...qwen3, name: 'mimo', models: [/mimo/i] };
