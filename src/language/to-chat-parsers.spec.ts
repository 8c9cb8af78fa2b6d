import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '@app/errors';
import { reasoningParsers, toolParsers } from '@app/output-parsers';
import { toChatParsers } from './to-chat-parsers.js';
import type { ParserChoice } from './to-chat-parsers.js';

const [hermes, qwen3] = [toolParsers.mustFind('hermes'), reasoningParsers.mustFind('qwen3')];
const registries = {
  tool: toolParsers.with([{ ...hermes, name: 'coder', models: [/qwen3-coder/i] }]),
  reasoning: reasoningParsers.with([{ ...qwen3, name: 'ponder', models: [/ponderer/i] }]),
};
const config = (facts: object = {}) => ({ name: 'm', config: { model_type: 'unknown', ...facts } });
const ofModel = config({ aerie: { tool_call_parser: 'hermes', reasoning_parser: 'think_tag' } });
const autoTools = { enableAutoToolChoice: true, toolCallParser: 'auto' };
const autoThoughts = { enableAutoToolChoice: false, reasoningParser: 'auto' };

const names = (
  parsers: ParserChoice['parsers'],
  model: ParserChoice['model'] = config(),
  servedNames: readonly string[] = [],
) => {
  const { tool, reasoning } = toChatParsers({ parsers, model, servedNames, registries });
  return [tool?.name, reasoning?.name];
};

describe('the parsers of a server', () => {
  it.each([
    ['no flag, a model that says nothing', { enableAutoToolChoice: false }, config(), [undefined, undefined]],
    ['no flag, a model that names both', { enableAutoToolChoice: false }, ofModel, ['hermes', 'think_tag']],
    [
      'no flag, a model that names one',
      { enableAutoToolChoice: false },
      config({ aerie: { tool_call_parser: 'hermes' } }),
      ['hermes', undefined],
    ],
    [
      'both flags',
      { enableAutoToolChoice: true, toolCallParser: 'hermes', reasoningParser: 'qwen3' },
      config(),
      ['hermes', 'qwen3'],
    ],
    [
      'a flag, whatever the model says',
      { enableAutoToolChoice: false, reasoningParser: 'qwen3' },
      ofModel,
      [undefined, 'qwen3'],
    ],
    ['no reasoning by flag', { enableAutoToolChoice: false, reasoningParser: 'None' }, ofModel, [undefined, undefined]],
    [
      'a tool parser that is not enabled',
      { enableAutoToolChoice: false, toolCallParser: 'hermes' },
      config(),
      [undefined, undefined],
    ],
    ['auto, a model that names both', { ...autoTools, reasoningParser: 'auto' }, ofModel, ['hermes', 'think_tag']],
    [
      'auto, the name on the hub',
      autoTools,
      { ...config(), name: 'NousResearch/Hermes-3-Llama' },
      ['hermes', undefined],
    ],
    ['auto, the most specific of two', autoTools, { ...config(), name: 'Qwen/Qwen3-Coder-30B' }, ['coder', undefined]],
    [
      'auto, a folder by its own name',
      autoTools,
      { ...config({ architectures: ['Qwen3ForCausalLM'] }), name: '/models/qwen3-coder/latest' },
      ['hermes', undefined],
    ],
    ['auto, the architecture', autoThoughts, config({ architectures: ['PondererForCausalLM'] }), [undefined, 'ponder']],
    ['auto, a model that does not think', autoThoughts, config(), [undefined, undefined]],
  ] as const)('come from %s', (_, flags, model, expected) => {
    expect(names(flags, model)).toEqual(expected);
  });

  it('come from the name that the model is served by, before its architecture', () => {
    const model = { ...config({ architectures: ['Qwen3ForCausalLM'] }), name: '/models/latest' };
    expect(names(autoTools, model, ['qwen3-coder'])).toEqual(['coder', undefined]);
  });

  it.each([
    [{ tool_call_parser: 'x' }, 'invalid tool call parser: x (chose from { '],
    [{ reasoning_parser: 1 }, 'm: aerie.reasoning_parser in config.json must be a string'],
  ])('are refused when the model names %j', (aerie, message) => {
    expect(() => names({ enableAutoToolChoice: false }, config({ aerie }))).toThrow(message);
  });

  it.each([
    [
      'hf',
      'qwen3',
      '--tool-call-parser hf cannot be combined with --reasoning-parser qwen3: only with hf or beam, or none',
    ],
    [
      'hermes',
      'beam',
      '--reasoning-parser beam cannot be combined with --tool-call-parser hermes: only with hf or beam, or none',
    ],
  ])(
    'are refused when one reads answers as a whole and the other is of another family: %s, %s',
    (tool, reasoning, message) => {
      const flags = { enableAutoToolChoice: true, toolCallParser: tool, reasoningParser: reasoning };
      expect(() => names(flags)).toThrow(new ConfigurationError(message));
    },
  );

  it.each([
    ['hf', 'hf'],
    ['beam', 'beam'],
    ['hf', 'None'],
  ])('may read answers as a whole together, or alone: %s, %s', (tool, reasoning) => {
    const flags = { enableAutoToolChoice: true, toolCallParser: tool, reasoningParser: reasoning };
    expect(names(flags)).toEqual([tool, reasoning === 'None' ? undefined : reasoning]);
  });

  it('are refused when no parser knows the model', () => {
    expect(() => names(autoTools, { ...config(), name: './some' }, ['nice'])).toThrow(
      '--tool-call-parser auto: no parser knows some, nice, unknown; choose one of { ',
    );
  });
});
