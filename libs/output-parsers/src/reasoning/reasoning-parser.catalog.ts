import { ParserRegistry } from '../parser.registry.js';
import { deepseekR1 } from './deepseek-r1/deepseek-r1.parser.js';
import { kimiK3 } from './kimi-k3/kimi-k3.parser.js';
import { mistral } from './mistral/mistral.parser.js';
import { muse, museGlimmer, museSpark1x } from './muse/muse.parser.js';
import { openaiGptoss } from './openai-gptoss/openai-gptoss.parser.js';
import { plamo3 } from './plamo3/plamo3.parser.js';
import { qwen3 } from './qwen3/qwen3.parser.js';
import { thinkTag } from './think-tag/think-tag.parser.js';
import type { ReasoningParserDefinition } from './reasoning-parser.js';

/** Every reasoning parser; the only list. */
export const reasoningParserCatalog: readonly ReasoningParserDefinition[] = [
  deepseekR1,
  kimiK3,
  mistral,
  muse,
  museGlimmer,
  museSpark1x,
  openaiGptoss,
  plamo3,
  qwen3,
  thinkTag,
];

export const reasoningParsers = new ParserRegistry('reasoning parser', reasoningParserCatalog);
