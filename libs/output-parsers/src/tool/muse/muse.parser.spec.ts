import { describe, expect, it } from 'vitest';
import { everySplit, loadFixture, modelOf, ParserPair, readAnswer, readReasoning } from '@testing/output-parsers';
import { muse as museReasoning, museGlimmer as museGlimmerReasoning } from '../../reasoning/muse/muse.parser.js';
import type { ReasoningEvent } from '../../reasoning/reasoning-parser.js';
import { muse, museGlimmer } from './muse.parser.js';

const model = modelOf(loadFixture('tool', 'muse'));
const tools = [{ name: 'get', parameters: { properties: { id: { type: 'string' } } } }];
const reading = { tools, templateKwargs: {}, model };

/** What both parsers read of a text, however it is cut. */
function read(text: string, family: 'muse' | 'glimmer' = 'muse') {
  const create = () => {
    const [reasoning, tool] = family === 'muse' ? [museReasoning, muse] : [museGlimmerReasoning, museGlimmer];
    const start = reasoning.startAfter({ text: '<|start|>assistant', templateKwargs: {}, model });
    return new ParserPair(reasoning.create({ start, templateKwargs: {}, model, framed: true }), tool.create(reading));
  };
  const answer = readAnswer(create(), [text], { cutOff: false });
  for (const deltas of everySplit(text, 100)) expect(readAnswer(create(), deltas, { cutOff: false })).toEqual(answer);
  return answer;
}

function call(name: string, value: string): string {
  return `<atem:invoke name="${name}"><atem:parameter name="id">${value}</atem:parameter></atem:invoke>`;
}

describe('muse', () => {
  it.each([
    [
      'a call behind a thought that does not end',
      ` to=self<|message|>Hm. to=get<|message|>${call('get', '7')}<|eom|>`,
      { content: null, reasoning: 'Hm. ', tool_calls: [{ name: 'get', arguments: '{"id": "7"}' }] },
    ],
    [
      'calls in messages to tools alone',
      ` to=user<|message|>Say ${call('get', '7')}<|eom|><|start|>assistant to=x<|message|>well ${call('get', '8')}<|eot|>`,
      { content: `Say ${call('get', '7')}`, tool_calls: [{ name: 'get', arguments: '{"id": "8"}' }] },
    ],
    [
      'a call that ends with its message',
      ' to=get<|message|><atem:invoke name="get"><atem:parameter name="id">7<|eom|><|start|>assistant to=user<|message|>So.',
      { content: 'So.', tool_calls: [{ name: 'get', arguments: '{"id": "7"}' }] },
    ],
    [
      'text around messages',
      'Well, <|message|>hm<|eom|> then <|start|>assistant to=user<|message|>yes.',
      { content: 'Well,  then yes.', reasoning: 'hm', tool_calls: [] },
    ],
    [
      'a function that is called in a namespace of its own name',
      ` to=get<|message|>${call('get.get', '7')}${call('x.get', '8')}`,
      {
        content: null,
        tool_calls: [
          { name: 'get', arguments: '{"id": "7"}' },
          { name: 'x.get', arguments: '{"id": 8}' },
        ],
      },
    ],
  ])('reads %s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('types values by the schema, muse_glimmer by themselves', () => {
    const text = ` to=get<|message|>${call('get', '7')}`;
    expect(read(text).tool_calls).toEqual([{ name: 'get', arguments: '{"id": "7"}' }]);
    expect(read(text, 'glimmer').tool_calls).toEqual([{ name: 'get', arguments: '{"id": 7}' }]);
  });

  it('begins in the thought that the prompt ends in', () => {
    const startAfter = (text: string) => museReasoning.startAfter({ text, templateKwargs: {}, model });
    expect(['to=self<|message|>', 'to=self<|message|>Hm', 'to=self<|message|>Hm<|eom|>'].map(startAfter)).toEqual([
      'thought',
      'thought',
      'undecided',
    ]);
    const parser = museReasoning.create({ start: 'thought', templateKwargs: {}, model, framed: false });
    expect(readReasoning(parser, ['Hm', '.<|eom|>', ' to=user<|message|>Yes.<|eot|>'])).toEqual<ReasoningEvent[]>([
      { type: 'reasoning-delta', text: 'Hm.' },
      { type: 'content-delta', text: 'Yes.' },
    ]);
  });
});
