import { pythonJson } from '@app/python-text';
import { describe, expect, it } from 'vitest';
import { loadStructuralTags, toolsOf } from '@testing/output-parsers';
import type { StructuralTagCase } from '@testing/output-parsers';
import { deepSeekV3StructuralTag } from '../deepseek-v3/deepseek-v3.structural-tag.js';
import { deepSeekV31StructuralTag } from '../deepseek-v31/deepseek-v31.structural-tag.js';
import { dsmlStructuralTag } from '../dsml/dsml.structural-tag.js';
import { glm45StructuralTag } from '../glm45/glm45.structural-tag.js';
import { hermesStructuralTag } from '../hermes/hermes.structural-tag.js';
import { hyV4StructuralTag } from '../hy-v4/hy-v4.structural-tag.js';
import { kimiK2StructuralTag } from '../kimi-k2/kimi-k2.structural-tag.js';
import { kimiK3StructuralTag } from '../kimi-k3/kimi-k3.structural-tag.js';
import { llama3JsonStructuralTag } from '../llama3-json/llama3-json.structural-tag.js';
import { mimoStructuralTag } from '../mimo/mimo.structural-tag.js';
import { minimaxM2StructuralTag } from '../minimax-m2/minimax-m2.structural-tag.js';
import { harmonyStructuralTag } from '../openai/openai.structural-tag.js';
import { plamo3StructuralTag } from '../plamo3/plamo3.structural-tag.js';
import { qwen3CoderStructuralTag } from '../qwen3-coder/qwen3-coder.structural-tag.js';
import type { CallConstraint } from '../tool-parser.js';
import { withSingleCall } from './format.js';
import type { Format } from './format.js';

const families: Readonly<Record<string, (constraint: CallConstraint) => Format | undefined>> = {
  hermes: hermesStructuralTag('<tool_call>', '</tool_call>'),
  longcat: hermesStructuralTag('<longcat_tool_call>', '</longcat_tool_call>'),
  llama3_json: llama3JsonStructuralTag,
  qwen3_coder: qwen3CoderStructuralTag,
  mimo: mimoStructuralTag,
  kimi_k2: kimiK2StructuralTag,
  kimi_k3: kimiK3StructuralTag,
  deepseek_v3: deepSeekV3StructuralTag,
  deepseek_v31: deepSeekV31StructuralTag,
  deepseek_v32: dsmlStructuralTag({ calls: 'function_calls', invoke: 'invoke', style: 'deepseek_xml' }),
  deepseek_v4: dsmlStructuralTag({ calls: 'tool_calls', invoke: 'invoke', style: 'deepseek_xml' }),
  deepseek_v41: dsmlStructuralTag({ calls: ' calls', invoke: ' invoke', style: 'deepseek_v4_1_xml' }),
  glm45: glm45StructuralTag,
  ling3: glm45StructuralTag,
  minimax_m2: minimaxM2StructuralTag,
  hy_v4: (constraint) => hyV4StructuralTag(constraint, ':3f9c'),
  plamo3: plamo3StructuralTag,
  openai: harmonyStructuralTag,
};
const model = { tokenId: () => undefined, addedTokens: [], responseTemplate: undefined };

/** What a server of that level asks of the format, once it asks for anything. */
function toCallConstraint(recorded: StructuralTagCase): CallConstraint {
  const { choice, level } = recorded;
  const tools = toolsOf(recorded).map((tool) => (level === 'parameter' ? { ...tool, strict: true } : tool));
  if (typeof choice === 'string') return { tools, demand: choice, model };
  return { tools: tools.filter(({ name }) => name === choice.name), demand: 'named', model };
}

describe.each(Object.entries(families))('structural tag of %s', (name, structuralTag) => {
  const cases = loadStructuralTags(name).cases.filter(
    ({ sent, choice, ...more }) =>
      sent !== 'own' &&
      (sent !== null || name === 'hy_v4') &&
      (choice !== 'auto' || !('response_format' in more || 'structured_outputs' in more)),
  );

  it.each(cases)('$id: is what the recorded server sends', (recorded) => {
    const given = structuralTag(toCallConstraint(recorded));
    const format = given && recorded.single ? withSingleCall(given) : given;
    expect(format && pythonJson({ type: 'structural_tag', format })).toBe(recorded.sent ?? undefined);
  });
});
