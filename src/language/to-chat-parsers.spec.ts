import { describe, expect, it } from 'vitest';
import { toChatParsers } from './to-chat-parsers.js';

const model = (aerie?: unknown) => ({ name: 'm', config: { model_type: 'llama', aerie } });
const ofModel = model({ tool_call_parser: 'hermes', reasoning_parser: 'think_tag' });
const names = (...args: Parameters<typeof toChatParsers>) => {
  const { tool, reasoning } = toChatParsers(...args);
  return [tool?.name, reasoning?.name];
};

describe('the parsers of a server', () => {
  it.each([
    ['no flag, a model that says nothing', { enableAutoToolChoice: false }, model(), [undefined, undefined]],
    ['no flag, a model that names both', { enableAutoToolChoice: false }, ofModel, ['hermes', 'think_tag']],
    [
      'no flag, a model that names one',
      { enableAutoToolChoice: false },
      model({ tool_call_parser: 'hermes' }),
      ['hermes', undefined],
    ],
    [
      'both flags',
      { enableAutoToolChoice: true, toolCallParser: 'hermes', reasoningParser: 'qwen3' },
      model(),
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
      model(),
      [undefined, undefined],
    ],
  ])('come from %s', (_, flags, described, expected) => {
    expect(names(flags, described)).toEqual(expected);
  });

  it.each([
    [{ tool_call_parser: 'x' }, 'invalid tool call parser: x (chose from { hermes })'],
    [{ reasoning_parser: 1 }, 'm: aerie.reasoning_parser in config.json must be a string'],
  ])('are refused when the model names %j', (aerie, message) => {
    expect(() => toChatParsers({ enableAutoToolChoice: false }, model(aerie))).toThrow(message);
  });
});
