import { describe, expect, it } from 'vitest';
import { everySplit, loadFixture, modelOf, readTools } from '@testing/output-parsers';
import type { ToolEvent } from '../tool-parser.js';
import { gigachat3 } from './gigachat3.parser.js';

const model = modelOf(loadFixture('tool', 'gigachat3'));
const create = () => gigachat3.create({ tools: [], templateKwargs: {}, model });
const text = (value: string): ToolEvent => ({ type: 'text-delta', text: value });
const call: ToolEvent[] = [
  { type: 'tool-call-start', index: 0, name: 'f' },
  { type: 'tool-call-delta', index: 0, delta: '{}' },
];
const json = '{"name":"f","arguments":{}}';

describe('gigachat3 tool parser', () => {
  it.each([
    ['the end of the output', 'Hi.</s>\n', [text('Hi.')]],
    ['the end of the output behind a call', `<|function_call|>${json}</s>`, call],
    ['an end in the middle of a text', '<s>old</s> new', [text('<s>old</s> new')]],
    ['two ends', 'a</s></s>', [text('a</s>')]],
    ['the end of a message', 'Hi.<|message_sep|>\n\n', [text('Hi.')]],
    [
      'a call behind a message',
      `Hi.<|message_sep|>\n\nfunction call<|role_sep|>\n${json}<|message_sep|>more`,
      [text('Hi.'), ...call],
    ],
    ['text behind a call', `<|function_call|>${json} ok`, [...call, text(' ok')]],
    ['the beginnings of markers', 'a</ <|message_ <|function', [text('a</ <|message_ <|function')]],
  ])('reads %s however it is cut', (_, output, expected) => {
    for (const deltas of everySplit(output, 500)) {
      expect(readTools(create(), deltas, { cutOff: false })).toEqual(expected);
    }
  });
});
