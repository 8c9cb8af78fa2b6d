import { describe, expect, it } from 'vitest';
import { jsonSchema, regex, withSingleCall } from '../structural-tag/format.js';
import { cohereOutput, cohereStructuralTag } from './cohere-command.structural-tag.js';

const model = { tokenId: () => undefined, addedTokens: [], responseTemplate: undefined };
const city = { type: 'object', properties: { city: { type: 'string' } } };
const call = (name: string, schema: object | boolean) => ({
  type: 'tag',
  begin: '{"tool_call_id": "',
  content: {
    type: 'sequence',
    elements: [
      { type: 'regex', pattern: '[0-9]+' },
      { type: 'const_string', value: `", "tool_name": "${name}", "parameters": ` },
      { ...jsonSchema(true), json_schema: schema },
    ],
  },
  end: '}',
});
const action = (calls: readonly object[], onlyOne: boolean) => ({
  type: 'tag',
  begin: '<|START_ACTION|>',
  content: {
    type: 'sequence',
    elements: [
      { type: 'const_string', value: '[\n    ' },
      { type: 'tags_with_separator', tags: calls, separator: ',\n    ', at_least_one: true, stop_after_first: onlyOne },
      { type: 'const_string', value: '\n]' },
    ],
  },
  end: '<|END_ACTION|>',
});

describe('calls of Command models', () => {
  const tools = [{ name: 'f', parameters: city, strict: true }, { name: 'g' }];

  it('are one action and nothing else when they are forced', () => {
    const both = [call('f', city), call('g', true)];
    expect(cohereStructuralTag({ tools, demand: 'required', model })).toEqual(action(both, false));
    expect(withSingleCall(cohereStructuralTag({ tools, demand: 'required', model }))).toEqual(action(both, true));
    expect(cohereStructuralTag({ tools: [{ name: 'g' }], demand: 'named', model })).toEqual(
      action([call('g', true)], true),
    );
  });

  it('stand in the text when they are free', () => {
    expect(cohereStructuralTag({ tools: [{ name: 'g' }], demand: 'auto', model })).toEqual({
      type: 'triggered_tags',
      triggers: ['<|START_ACTION|>'],
      tags: [action([call('g', true)], false)],
      at_least_one: false,
      stop_after_first: false,
      excludes: [],
    });
  });
});

describe('answers of Command models', () => {
  it('stand in the block of their release', () => {
    const block = (name: string) => ({
      type: 'tag',
      begin: `<|START_${name}|>`,
      content: regex('a'),
      end: `<|END_${name}|>`,
    });
    expect(cohereOutput('RESPONSE')(regex('a'))).toEqual(block('RESPONSE'));
    expect(cohereOutput('RESPONSE', 'TEXT')(regex('a'))).toEqual({
      type: 'or',
      elements: [block('RESPONSE'), block('TEXT')],
    });
  });
});
