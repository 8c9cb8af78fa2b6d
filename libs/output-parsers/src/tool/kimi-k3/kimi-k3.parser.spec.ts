import { describe, expect, it } from 'vitest';
import { everySplit, loadFixture, modelOf, ParserPair, readAnswer } from '@testing/output-parsers';
import { kimiK3 as kimiK3Reasoning } from '../../reasoning/kimi-k3/kimi-k3.parser.js';
import { kimiK3 } from './kimi-k3.parser.js';

const model = modelOf(loadFixture('tool', 'kimi_k3'));

/** What is read of a text, however it is cut. */
function read(text: string, { framed = true, templateKwargs = {} } = {}) {
  const create = () => {
    const start = kimiK3Reasoning.startAfter({ text: '', templateKwargs, model });
    const reasoning = kimiK3Reasoning.create({ start, templateKwargs, model, framed });
    return new ParserPair(reasoning, framed ? kimiK3.create({ tools: [], templateKwargs, model }) : undefined);
  };
  const answer = readAnswer(create(), [text], { cutOff: false });
  for (const deltas of everySplit(text, 100)) expect(readAnswer(create(), deltas, { cutOff: false })).toEqual(answer);
  return answer;
}

const CALL =
  '<|open|>call tool="f" index="1"<|sep|><|open|>argument key="a" type="string"<|sep|>1<|close|>argument<|sep|>';
const CALLS = `<|open|>tools<|sep|>${CALL}<|close|>call<|sep|><|close|>tools<|sep|>`;
const calls = [{ name: 'f', arguments: '{"a": "1"}' }];

describe('kimi_k3', () => {
  it.each([
    [
      'tags with spaces',
      '<|open|> think <|sep|>Hm.<|close|> think <|sep|><|open|> response<|sep|> A <|close|>response <|sep|>' +
        CALLS.replaceAll(/(<\|(?:open|close)\|>)/g, '$1 '),
      { content: ' A ', reasoning: 'Hm.', tool_calls: calls },
    ],
    [
      'several thoughts',
      '<|open|>think<|sep|>1<|close|>think<|sep|><|open|>response<|sep|>A<|close|>response<|sep|><|open|>think<|sep|>2<|close|>think<|sep|>B',
      { content: 'AB', reasoning: '12', tool_calls: [] },
    ],
    ['calls without a thought', CALLS, { content: null, tool_calls: calls }],
    [
      'a thought in an argument',
      CALLS.replace('1<', '<|open|>think<|sep|><'),
      { content: null, tool_calls: [{ name: 'f', arguments: '{"a": "<|open|>think<|sep|>"}' }] },
    ],
    ['nothing of a call without a name', CALLS.replace('tool=', 'name='), { content: null, tool_calls: [] }],
    [
      'a channel in an open thought',
      '<|open|>think<|sep|>The <|open|>response<|sep|> tag',
      { content: null, reasoning: 'The <|open|>response<|sep|> tag', tool_calls: [] },
    ],
  ])('reads %s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('leaves calls as they are without a tool parser, and takes the tags from answers', () => {
    const text = `<|open|>response<|sep|>A<|close|>response<|sep|>${CALLS}<|close|>message<|sep|>`;
    expect(read(text, { framed: false })).toEqual({ content: `A${CALLS}`, tool_calls: [] });
  });

  it('knows no thoughts when thinking is off', () => {
    const text = '<|open|>think<|sep|>Hm.';
    expect(read(text, { templateKwargs: { thinking: false } })).toEqual({ content: text, tool_calls: [] });
    expect(read(text, { templateKwargs: { enable_thinking: false, thinking: true } })).toEqual({
      content: null,
      reasoning: 'Hm.',
      tool_calls: [],
    });
  });
});
