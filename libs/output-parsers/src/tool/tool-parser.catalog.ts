import { ParserRegistry } from '../parser.registry.js';
import { cohereCommand3, cohereCommand4 } from './cohere-command/cohere-command.parser.js';
import { deepseekV3 } from './deepseek-v3/deepseek-v3.parser.js';
import { deepseekV31 } from './deepseek-v31/deepseek-v31.parser.js';
import { glm45, glm47 } from './glm45/glm45.parser.js';
import { hermes, qwen3Json } from './hermes/hermes.parser.js';
import { inkling } from './inkling/inkling.parser.js';
import { kimiK2 } from './kimi-k2/kimi-k2.parser.js';
import { ling3 } from './ling3/ling3.parser.js';
import { mimo } from './mimo/mimo.parser.js';
import { mistral } from './mistral/mistral.parser.js';
import { openai } from './openai/openai.parser.js';
import { plamo3 } from './plamo3/plamo3.parser.js';
import { qwen3Coder, qwen3Xml } from './qwen3-coder/qwen3-coder.parser.js';
import { seedOss } from './seed-oss/seed-oss.parser.js';
import { step3p5 } from './step3p5/step3p5.parser.js';
import { step5 } from './step5/step5.parser.js';
import type { ToolParserDefinition } from './tool-parser.js';

/** Every tool parser; the only list. For `auto` the first that knows the model counts. */
export const toolParserCatalog: readonly ToolParserDefinition[] = [
  glm45,
  glm47,
  ling3,
  mimo,
  qwen3Coder,
  qwen3Xml,
  seedOss,
  step3p5,
  step5,
  hermes,
  qwen3Json,
  deepseekV3,
  deepseekV31,
  kimiK2,
  cohereCommand3,
  cohereCommand4,
  inkling,
  mistral,
  openai,
  plamo3,
];

export const toolParsers = new ParserRegistry('tool call parser', toolParserCatalog);
