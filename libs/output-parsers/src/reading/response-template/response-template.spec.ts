import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '@app/errors';
import { everySplit, loadFixture, loadTools, modelOf, readReasoning, readTools } from '@testing/output-parsers';
import { hf as hfReasoning } from '../../reasoning/hf/hf.parser.js';
import { beam, hf } from '../../tool/hf/hf.parser.js';
import { mustLoadResponseTemplate } from './response-template.js';

const model = modelOf(loadFixture('tool', 'hf'));
const tools = loadTools();
const templateOf = (fields: unknown) => ({ start_anchor: '<s>', fields });
const withCalls = (calls: object) => ({ ...model, responseTemplate: templateOf({ tool_calls: calls }) });
const call = { function: { name: '{content.n}', arguments: '{content.a}' } };

describe('response template', () => {
  it.each([
    ['nothing', undefined, 'requires `response_template` metadata'],
    ['another version', { ...templateOf({ content: {} }), version: 2 }, 'version must be 1'],
    ['an unknown field', templateOf({ plans: { open: '<p>' } }), 'unknown members: plans'],
    ['no anchor', { fields: { content: {} } }, '"start_anchor" or "start_anchor_pattern" is missing'],
    ['two fields without openers', templateOf({ content: {}, thinking: {} }), 'at most one field'],
    ['a pattern that could hang', templateOf({ thinking: { open_pattern: '(?=a)' } }), 'groups are plain'],
    ['a thought that is no text', templateOf({ thinking: { open: 'a', content: 'json' } }), 'can only be text'],
    [
      'placeholders in text',
      templateOf({ tool_calls: { open: 'a', transform: 'a {content}' } }),
      'mixes a placeholder',
    ],
  ])('refuses %s', (_, metadata, message) => {
    expect(() => mustLoadResponseTemplate(metadata)).toThrow(ConfigurationError);
    expect(() => mustLoadResponseTemplate(metadata)).toThrow(message);
  });

  it.each([
    [
      'a dialect of JSON',
      {
        open: '<c>',
        close: '</c>',
        content: 'json',
        content_args: { unquoted_keys: true, string_delims: [['<q>', '<q>']] },
        transform: call,
      },
      '<c>{n:<q>f<q>,a:{x:<q>"1,b:"<q>}}</c>',
      '{"x": "\\"1,b:\\""}',
    ],
    [
      'several calls in one region',
      {
        open: '<c>',
        close: '</c>',
        content: 'json',
        transform: { function: { name: '{n}', arguments: '{a}' } },
        transform_each: true,
      },
      '<c>[{"n":"f","a":{"x":2.50}}]</c>',
      '{"x": 2.50}',
    ],
    [
      'lines',
      {
        open_pattern: '<c (?P<name>\\w+)>',
        close: '</c>',
        content: 'kv-lines',
        transform: { function: { name: '{name}', arguments: '{content}' } },
      },
      '<c f>\nx: 1\ny: z\n</c>',
      '{"x": "1", "y": "z"}',
    ],
  ])('reads %s however the stream is cut', (_, field, output, json) => {
    for (const deltas of everySplit(output, 100)) {
      const parser = beam.create({ tools, templateKwargs: {}, model: withCalls(field) });
      expect(readTools(parser, deltas, { cutOff: false })).toEqual([
        { type: 'tool-call-start', index: 0, name: 'f' },
        { type: 'tool-call-delta', index: 0, delta: json },
      ]);
    }
  });

  it('hands content on with its calls, framed or not', () => {
    const output = 'a</think>b<tool_call>{}</tool_call>';
    for (const framed of [true, false]) {
      for (const deltas of everySplit(output, 100)) {
        expect(
          readReasoning(hfReasoning.create({ start: 'thought', templateKwargs: {}, model, framed }), deltas),
        ).toEqual([
          { type: 'reasoning-delta', text: 'a' },
          { type: 'content-delta', text: 'b<tool_call>{}</tool_call>' },
        ]);
      }
    }
  });

  it.each([
    [{ demand: 'auto', single: false, strict: true }, 'strict tools'],
    [{ demand: 'required', single: false, strict: false }, 'required tool choice'],
    [{ demand: 'named', single: false, strict: false }, 'named tool choice'],
    [{ demand: 'auto', single: true, strict: false }, 'parallel_tool_calls=False'],
  ] as const)('refuses what no grammar holds the engine to: %j', (demand, message) => {
    expect(() => hf.checkDemand?.({ ...demand, strictCalling: true })).toThrow(`cannot guarantee ${message}`);
  });

  it('takes calls that are asked for freely', () => {
    expect(() => hf.checkDemand?.({ demand: 'auto', single: false, strict: false, strictCalling: true })).not.toThrow();
  });
});
