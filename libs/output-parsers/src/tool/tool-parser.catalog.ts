import { ParserRegistry } from '../parser.registry.js';
import { apertus } from './apertus/apertus.parser.js';
import { cohereCommand3, cohereCommand4 } from './cohere-command/cohere-command.parser.js';
import { deepseekV3 } from './deepseek-v3/deepseek-v3.parser.js';
import { deepseekV31 } from './deepseek-v31/deepseek-v31.parser.js';
import { dots } from './dots/dots.parser.js';
import { deepseekV32, deepseekV4, deepseekV41 } from './dsml/dsml.parser.js';
import { ernie45 } from './ernie45/ernie45.parser.js';
import { functiongemma } from './functiongemma/functiongemma.parser.js';
import { gemma4 } from './gemma4/gemma4.parser.js';
import { gigachat3 } from './gigachat3/gigachat3.parser.js';
import { glm45, glm47 } from './glm45/glm45.parser.js';
import { granite20bFc } from './granite-20b-fc/granite-20b-fc.parser.js';
import { granite } from './granite/granite.parser.js';
import { granite4 } from './granite4/granite4.parser.js';
import { hermes, qwen3Json } from './hermes/hermes.parser.js';
import { beam, hf } from './hf/hf.parser.js';
import { hunyuanA13b } from './hunyuan-a13b/hunyuan-a13b.parser.js';
import { hyV3, hyV4 } from './hunyuan/hunyuan.parser.js';
import { inkling } from './inkling/inkling.parser.js';
import { internlm } from './internlm/internlm.parser.js';
import { jamba } from './jamba/jamba.parser.js';
import { k2Horizon } from './k2-horizon/k2-horizon.parser.js';
import { kimiK2 } from './kimi-k2/kimi-k2.parser.js';
import { kimiK3 } from './kimi-k3/kimi-k3.parser.js';
import { lfm2 } from './lfm2/lfm2.parser.js';
import { ling3 } from './ling3/ling3.parser.js';
import { llama3Json, llama4Json } from './llama3-json/llama3-json.parser.js';
import { llama4Pythonic } from './llama4-pythonic/llama4-pythonic.parser.js';
import { longcat } from './longcat/longcat.parser.js';
import { mimo } from './mimo/mimo.parser.js';
import { minicpm5 } from './minicpm5/minicpm5.parser.js';
import { minimaxM2 } from './minimax-m2/minimax-m2.parser.js';
import { minimaxM3 } from './minimax-m3/minimax-m3.parser.js';
import { mistral } from './mistral/mistral.parser.js';
import { muse, museGlimmer, museSpark1x } from './muse/muse.parser.js';
import { olmo3 } from './olmo3/olmo3.parser.js';
import { openai } from './openai/openai.parser.js';
import { phi4MiniJson } from './phi4-mini-json/phi4-mini-json.parser.js';
import { plamo3 } from './plamo3/plamo3.parser.js';
import { poolsideV1 } from './poolside-v1/poolside-v1.parser.js';
import { pythonic } from './pythonic/pythonic.parser.js';
import { qwen3Coder, qwen3Xml } from './qwen3-coder/qwen3-coder.parser.js';
import { seedOss } from './seed-oss/seed-oss.parser.js';
import { step3 } from './step3/step3.parser.js';
import { step3p5 } from './step3p5/step3p5.parser.js';
import { step5 } from './step5/step5.parser.js';
import { xlam } from './xlam/xlam.parser.js';
import type { ToolParserDefinition } from './tool-parser.js';

/** Every tool parser; the only list. For `auto` the first that knows the model counts. */
export const toolParserCatalog: readonly ToolParserDefinition[] = [
  glm45,
  glm47,
  hyV3,
  hyV4,
  k2Horizon,
  lfm2,
  ling3,
  llama4Pythonic,
  mimo,
  olmo3,
  poolsideV1,
  pythonic,
  qwen3Coder,
  qwen3Xml,
  seedOss,
  step3p5,
  step5,
  xlam,
  apertus,
  ernie45,
  gigachat3,
  granite20bFc,
  granite4,
  granite,
  hunyuanA13b,
  internlm,
  jamba,
  llama3Json,
  llama4Json,
  longcat,
  phi4MiniJson,
  hermes,
  qwen3Json,
  deepseekV3,
  deepseekV31,
  kimiK2,
  functiongemma,
  gemma4,
  beam,
  hf,
  deepseekV32,
  deepseekV41,
  deepseekV4,
  kimiK3,
  minimaxM2,
  museGlimmer,
  museSpark1x,
  muse,
  step3,
  minimaxM3,
  minicpm5,
  dots,
  cohereCommand3,
  cohereCommand4,
  inkling,
  mistral,
  openai,
  plamo3,
];

export const toolParsers = new ParserRegistry('tool call parser', toolParserCatalog);
