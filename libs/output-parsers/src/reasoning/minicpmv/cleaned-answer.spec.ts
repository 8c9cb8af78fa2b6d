import { describe, expect, it } from 'vitest';
import { everySplit, loadFixture, modelOf, readReasoning } from '@testing/output-parsers';
import { minicpmv } from './minicpmv.parser.js';
import type { ReasoningEvent } from '../reasoning-parser.js';

const model = modelOf(loadFixture('reasoning', 'minicpmv'));
const output = 'a\\nb<|reserved_12|>\\</think>n\\n<tool_call>{"x": "1\\n2"}</tool_call>\\n<|im_end|>';
const thought: ReasoningEvent = { type: 'reasoning-delta', text: 'a\nb\\' };

describe('minicpmv reasoning parser', () => {
  it.each([
    ['all of the content alone', false, 'n\n<tool_call>{"x": "1\n2"}</tool_call>\n'],
    ['content but for the calls in it', true, 'n\n<tool_call>{"x": "1\\n2"}</tool_call>\n'],
  ])('writes the newlines of thought and of %s', (_, framed, text) => {
    for (const deltas of everySplit(output, 500)) {
      const parser = minicpmv.create({ start: 'thought', templateKwargs: {}, model, framed });
      expect(readReasoning(parser, deltas)).toEqual([thought, { type: 'content-delta', text }]);
    }
  });

  it('drops the thought of a model that was told not to think', () => {
    const templateKwargs = { enable_thinking: false };
    for (const deltas of everySplit('<think>hm</think>So.')) {
      const start = minicpmv.startAfter({ text: '', templateKwargs, model });
      const parser = minicpmv.create({ start, templateKwargs, model, framed: false });
      expect(readReasoning(parser, deltas)).toEqual([{ type: 'content-delta', text: 'So.' }]);
    }
  });
});
