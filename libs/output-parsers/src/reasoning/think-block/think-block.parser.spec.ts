import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everySplit, loadFixture, modelOf, readReasoning } from '@testing/output-parsers';
import { deepseekR1 } from '../deepseek-r1/deepseek-r1.parser.js';
import { qwen3 } from '../qwen3/qwen3.parser.js';
import { thinkTag } from '../think-tag/think-tag.parser.js';
import type { AnswerStart, ReasoningEvent, ReasoningParserDefinition } from '../reasoning-parser.js';

const model = modelOf(loadFixture('reasoning', 'qwen3'));
const create = (definition: ReasoningParserDefinition, start: AnswerStart) =>
  definition.create({ start, templateKwargs: {}, model, framed: false });

const thought = (text: string): ReasoningEvent => ({ type: 'reasoning-delta', text });
const content = (text: string): ReasoningEvent => ({ type: 'content-delta', text });

const shared: readonly (readonly [string, string, readonly ReasoningEvent[]])[] = [
  ['nothing', '', []],
  ['a thought and an answer', '<think>\nHm.\n</think>\n\nYes.', [thought('\nHm.\n'), content('\n\nYes.')]],
  ['a thought that the prompt opened', 'Hm.</think>Yes.', [thought('Hm.'), content('Yes.')]],
  ['a thought without an end', '<think>Hm.', [thought('Hm.')]],
  ['a thought cut off in its end marker', 'Hm.</thi', [thought('Hm.</thi')]],
  ['no thought', '</think>Yes.', [content('Yes.')]],
  ['a thought and no answer', '<think>Hm.</think>', [thought('Hm.')]],
  ['text before the start marker', 'Well <think>hm</think>', [thought('Well hm')]],
  ['markers in the answer', 'a</think>b<think>c</think>d', [thought('a'), content('b<think>c</think>d')]],
  ['text like markers', '</think x</thinks> <thinking></think>', [thought('</think x</thinks> <thinking>')]],
];

describe.each([qwen3, deepseekR1])('$name reasoning parser', (definition) => {
  it.each(shared)('reads %s however the stream is cut', (_, output, expected) => {
    for (const deltas of everySplit(output)) {
      expect(readReasoning(create(definition, 'thought'), deltas)).toEqual(expected);
    }
  });

  it('takes all for content when the prompt ended the thought', () => {
    const output = 'Yes. <think>no</think> <tool_call>';
    for (const deltas of everySplit(output)) {
      expect(readReasoning(create(definition, 'content'), deltas)).toEqual([content(output)]);
    }
  });

  it('tells in between whether the model still thinks, and sends what is certain', () => {
    const parser = create(definition, 'thought');
    const steps = ['<thi', 'nk>a<', 'b', '</think>', 'c'].map((delta) => [parser.push(delta), parser.reasoning]);
    expect(steps).toEqual([
      [[], true],
      [[thought('a')], true],
      [[thought('<b')], true],
      [[], false],
      [[content('c')], false],
    ]);
  });

  it('gives the same events for any text and any cut', () => {
    const piece = fc.constantFrom('<think>', '</think>', '<tool_call>', '<', '/', 'think>', 'a', 'é🚢', ' ', '</thi');
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 20 }),
        fc.constantFrom('thought', 'content', 'undecided'),
        (parts, start) => {
          const once = readReasoning(create(definition, start), [parts.join('')]);
          expect(readReasoning(create(definition, start), parts)).toEqual(once);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe.each([
  [qwen3, '\n\nTwo.'],
  [deepseekR1, '\n<think>\nTwo.'],
])('$name reasoning parser', (definition, reasoning) => {
  it('reads the start marker twice', () => {
    const output = '<think>\n<think>\nTwo.</think>B';
    for (const deltas of everySplit(output)) {
      expect(readReasoning(create(definition, 'thought'), deltas)).toEqual([thought(reasoning), content('B')]);
    }
  });
});

describe('qwen3 reasoning parser', () => {
  it.each([
    ['<think>hm<tool_call>{}</tool_call>', [thought('hm'), content('<tool_call>{}</tool_call>')]],
    [
      '<think>hm<tool_call>{}</tool_call></think>so</think>',
      [thought('hm'), content('<tool_call>{}</tool_call>so</think>')],
    ],
  ])('lets a tool call end the thought: %s', (output, expected) => {
    for (const deltas of everySplit(output)) {
      expect(readReasoning(create(qwen3, 'thought'), deltas)).toEqual(expected);
    }
  });
});

describe('think_tag reasoning parser', () => {
  it.each([
    ['a thought', '\n<think>hm</think>so', [thought('hm'), content('so')]],
    ['an answer alone', ' Oslo <think> </think>', [content(' Oslo <think> </think>')]],
    ['white space alone', ' \n', [content(' \n')]],
    ['the beginning of the marker', ' <thi', [content(' <thi')]],
  ])('tells by its first word what an answer is: %s', (_, output, expected) => {
    for (const deltas of everySplit(output)) {
      expect(readReasoning(create(thinkTag, 'undecided'), deltas)).toEqual(expected);
    }
  });

  it.each([
    ['<think>x</think>\nA<|im_end|>\n<|im_start|>assistant\n', 'undecided'],
    ['<|im_start|>assistant\n<think>\n', 'thought'],
    ['<|im_start|>assistant\n<think>\n\n</think>\n\n', 'content'],
  ])('looks at the end of the prompt %j', (text, start) => {
    expect(thinkTag.startAfter({ text, templateKwargs: {}, model })).toBe(start);
  });
});
