import { describe, expect, it } from 'vitest';
import { everySplit, loadFixture, modelOf, readReasoning } from '@testing/output-parsers';
import { ernie45 } from './ernie45/ernie45.parser.js';
import { hunyuanA13b } from './hunyuan-a13b/hunyuan-a13b.parser.js';
import type { ReasoningEvent } from './reasoning-parser.js';

const model = modelOf(loadFixture('reasoning', 'ernie45'));
const thought = (text: string): ReasoningEvent => ({ type: 'reasoning-delta', text });
const content = (text: string): ReasoningEvent => ({ type: 'content-delta', text });

describe('answer frame', () => {
  it.each([
    [ernie45, 'a</think>\n\n<response>\nb</response>\nc', [thought('a'), content('\nb\nc')]],
    [ernie45, 'a</think>\nb <response>c</response>', [thought('a'), content('\nb <response>c</response>')]],
    [ernie45, 'a</think>\n\n', [thought('a'), content('\n\n')]],
    [ernie45, 'a</think><resp', [thought('a'), content('<resp')]],
    [hunyuanA13b, '<think>\na\n</think>\n<answer>\nb\n</answer>', [thought('a'), content('b')]],
    [hunyuanA13b, '<think>\na\n</think>\n<answer>\nb\n</answ', [thought('a'), content('b\n</answ')]],
  ])('is taken off: $name, %j', (definition, output, expected) => {
    const start = definition.startAfter({ text: '', templateKwargs: {}, model });
    for (const deltas of everySplit(output)) {
      expect(readReasoning(definition.create({ start, templateKwargs: {}, model, framed: false }), deltas)).toEqual(
        expected,
      );
    }
  });
});
