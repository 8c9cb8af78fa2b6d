import { ParserRegistry } from '../parser.registry.js';
import { cohereCommand3, cohereCommand4 } from './cohere-command/cohere-command.parser.js';
import { deepseekR1, step5 } from './deepseek-r1/deepseek-r1.parser.js';
import { deepseekV3, holo2 } from './deepseek-v3/deepseek-v3.parser.js';
import { deepseekV4, deepseekV41 } from './deepseek-v4/deepseek-v4.parser.js';
import { ernie45 } from './ernie45/ernie45.parser.js';
import { gemma4 } from './gemma4/gemma4.parser.js';
import { glm45, glm47, ling3 } from './glm/glm.parser.js';
import { graniteThinking } from './granite-thinking/granite-thinking.parser.js';
import { granite } from './granite/granite.parser.js';
import { beam, hf } from './hf/hf.parser.js';
import { hunyuanA13b } from './hunyuan-a13b/hunyuan-a13b.parser.js';
import { hyV3, hyV4 } from './hy/hy.parser.js';
import { inkling } from './inkling/inkling.parser.js';
import { k2Horizon } from './k2-horizon/k2-horizon.parser.js';
import { kimiK2 } from './kimi-k2/kimi-k2.parser.js';
import { kimiK3 } from './kimi-k3/kimi-k3.parser.js';
import { mimo } from './mimo/mimo.parser.js';
import { minicpmv } from './minicpmv/minicpmv.parser.js';
import { minimaxM2, minimaxM2AppendThink } from './minimax-m2/minimax-m2.parser.js';
import { minimaxM3 } from './minimax-m3/minimax-m3.parser.js';
import { mistral } from './mistral/mistral.parser.js';
import { muse, museGlimmer, museSpark1x } from './muse/muse.parser.js';
import { nemotronV3 } from './nemotron-v3/nemotron-v3.parser.js';
import { olmo3 } from './olmo3/olmo3.parser.js';
import { openaiGptoss } from './openai-gptoss/openai-gptoss.parser.js';
import { plamo3 } from './plamo3/plamo3.parser.js';
import { poolsideV1 } from './poolside-v1/poolside-v1.parser.js';
import { qwen3 } from './qwen3/qwen3.parser.js';
import { seedOss } from './seed-oss/seed-oss.parser.js';
import { step3 } from './step3/step3.parser.js';
import { step3p5 } from './step3p5/step3p5.parser.js';
import { thinkTag } from './think-tag/think-tag.parser.js';
import type { ReasoningParserDefinition } from './reasoning-parser.js';

/** Every reasoning parser; the only list. Order matters only for `auto`: the more specific model pattern goes first. */
export const reasoningParserCatalog: readonly ReasoningParserDefinition[] = [
  deepseekR1,
  kimiK3,
  mistral,
  muse,
  museGlimmer,
  museSpark1x,
  cohereCommand3,
  cohereCommand4,
  inkling,
  openaiGptoss,
  plamo3,
  qwen3,
  deepseekV3,
  deepseekV41,
  deepseekV4,
  ernie45,
  gemma4,
  glm45,
  glm47,
  granite,
  graniteThinking,
  beam,
  hf,
  holo2,
  hunyuanA13b,
  hyV3,
  hyV4,
  k2Horizon,
  kimiK2,
  ling3,
  mimo,
  minicpmv,
  minimaxM2,
  minimaxM2AppendThink,
  minimaxM3,
  nemotronV3,
  olmo3,
  poolsideV1,
  seedOss,
  step3,
  step3p5,
  step5,
  thinkTag,
];

export const reasoningParsers = new ParserRegistry('reasoning parser', reasoningParserCatalog);
