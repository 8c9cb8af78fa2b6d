import { describe, expect, it } from 'vitest';
import { everySplit, loadFixture, modelOf, readReasoning } from '@testing/output-parsers';
import { gemma4 } from '../gemma4/gemma4.parser.js';
import { glm47 } from '../glm/glm.parser.js';
import { hyV4 } from '../hy/hy.parser.js';
import { minimaxM3 } from '../minimax-m3/minimax-m3.parser.js';
import { nemotronV3 } from '../nemotron-v3/nemotron-v3.parser.js';
import type { AnswerStart, ReasoningEvent, ReasoningParserDefinition } from '../reasoning-parser.js';

const model = modelOf(loadFixture('reasoning', 'hy_v4'));
const thought = (text: string): ReasoningEvent => ({ type: 'reasoning-delta', text });
const content = (text: string): ReasoningEvent => ({ type: 'content-delta', text });

interface Example {
  readonly definition: ReasoningParserDefinition;
  readonly templateKwargs: Readonly<Record<string, unknown>>;
  readonly prompt: string;
  readonly start: AnswerStart;
  readonly output: string;
  readonly expected: readonly ReasoningEvent[];
}

const examples: Readonly<Record<string, Example>> = {
  'a prompt that opened the thought although it is switched off': {
    definition: glm47,
    templateKwargs: { enable_thinking: false },
    prompt: '<|user|>Hi<|assistant|><think>',
    start: 'thought',
    output: 'a \n</think>b',
    expected: [thought('a'), content('b')],
  },
  'a thought of a model that was told not to think': {
    definition: gemma4,
    templateKwargs: {},
    prompt: '<|turn>model\n',
    start: 'content',
    output: '<|channel>thought\na\n<channel|>b',
    expected: [thought('a'), content('b')],
  },
  'an end without a thought': {
    definition: gemma4,
    templateKwargs: { enable_thinking: true },
    prompt: '<|turn>model\n',
    start: 'undecided',
    output: 'a<channel|>b',
    expected: [content('ab')],
  },
  'a thought behind content': {
    definition: minimaxM3,
    templateKwargs: {},
    prompt: '',
    start: 'undecided',
    output: 'a<mm:think>b</mm:think>c<mm:think>',
    expected: [content('a'), thought('b'), content('c<mm:think>')],
  },
  'markers with the suffix of a checkpoint': {
    definition: hyV4,
    templateKwargs: {},
    prompt: '<think:3f9c>',
    start: 'thought',
    output: 'a</think>b</think:3f9c>c',
    expected: [thought('a</think>b'), content('c')],
  },
  'an answer without content that must have some': {
    definition: nemotronV3,
    templateKwargs: { force_nonempty_content: true },
    prompt: '',
    start: 'thought',
    output: 'a\n</think>\n',
    expected: [thought('a'), content('\na')],
  },
};

describe('families of think blocks', () => {
  it.each(Object.entries(examples))('read %s', (_, { definition, templateKwargs, prompt, start, output, expected }) => {
    expect(definition.startAfter({ text: prompt, templateKwargs, model })).toBe(start);
    for (const deltas of everySplit(output)) {
      const parser = definition.create({ start, templateKwargs, model, framed: false });
      expect(readReasoning(parser, deltas)).toEqual(expected);
    }
  });
});
