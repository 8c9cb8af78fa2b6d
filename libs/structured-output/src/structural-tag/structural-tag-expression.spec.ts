import { describe, expect, it } from 'vitest';
import { RandomWriter } from '../testing/random-writer.js';
import { toGrammar } from '../to-grammar.js';

const writer = await RandomWriter.create();

function grammarOf(tag: unknown): ReturnType<typeof toGrammar> {
  return toGrammar({ type: 'structural-tag', text: JSON.stringify(tag) });
}

const call = (name: string, content: unknown = { type: 'regex', pattern: '[a-z]{1,3}' }) => ({
  type: 'tag',
  begin: `<call>${name}:`,
  content,
  end: '</call>',
});
const integer = { type: 'json_schema', json_schema: { type: 'integer', minimum: 1, maximum: 99 }, style: 'json' };
const CALL = '<call>(?:f:[a-z]{1,3}|g:[1-9][0-9]?)</call>';
const tags = [call('f'), call('g', integer)];

describe('structural tags', () => {
  it.each<readonly [unknown, RegExp]>([
    [{ type: 'const_string', value: 'a"b' }, /^a"b$/],
    [{ type: 'grammar', grammar: 'root ::= x x\nx ::= [01]' }, /^[01]{2}$/],
    [{ type: 'sequence', elements: [{ type: 'const_string', value: 'a' }, integer] }, /^a[1-9][0-9]?$/],
    [{ type: 'or', elements: [{ type: 'const_string', value: 'a' }, integer] }, /^(?:a|[1-9][0-9]?)$/],
    [{ type: 'optional', content: integer }, /^(?:[1-9][0-9]?)?$/],
    [{ type: 'star', content: call('f') }, /^(?:<call>f:[a-z]{1,3}<\/call>)*$/],
    [{ type: 'plus', content: call('f') }, /^(?:<call>f:[a-z]{1,3}<\/call>)+$/],
    [{ type: 'repeat', min: 2, max: 3, content: { type: 'const_string', value: 'ab' } }, /^(?:ab){2,3}$/],
    [call('f', { type: 'any_text' }), /^<call>f:(?:(?!<\/call>)[^])*<\/call>$/],
    [{ type: 'tags_with_separator', tags, separator: ', ', at_least_one: true }, new RegExp(`^${CALL}(?:, ${CALL})*$`)],
    [{ type: 'tags_with_separator', tags, separator: ';', stop_after_first: true }, new RegExp(`^(?:${CALL})?$`)],
    [{ type: 'triggered_tags', triggers: ['<call>'], tags }, new RegExp(`^(?:(?!<call>)[^]|${CALL})*$`)],
    [
      { type: 'triggered_tags', triggers: ['<call>'], tags, at_least_one: true, stop_after_first: true },
      new RegExp(`^${CALL}$`),
    ],
    [
      { type: 'triggered_tags', triggers: ['<call>'], tags, excludes: ['ab', 'name'] },
      new RegExp(`^(?:(?!<call>|ab|name)[^]|${CALL})*$`),
    ],
    [
      call('f', {
        type: 'json_schema',
        style: 'qwen_xml',
        json_schema: { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'string' } }, required: ['a'] },
      }),
      /^<call>f:\n?<parameter=a>-?\d+<\/parameter>\n?(?:<parameter=b>(?:(?!<\/parameter>)[^])*<\/parameter>\n?)?<\/call>$/,
    ],
    [
      call('f', {
        type: 'json_schema',
        style: 'deepseek_xml',
        json_schema: { type: 'object', properties: { a: { enum: ['x', 'y'], type: 'string' } }, required: ['a'] },
      }),
      /^<call>f:\n?<｜DSML｜parameter name="a" string="true">[xy]<\/｜DSML｜parameter>\n?<\/call>$/,
    ],
  ])('let through only their texts: %j', async (format, expected) => {
    for (const output of await writer.write(grammarOf({ type: 'structural_tag', format }), 15)) {
      expect(output).toMatch(expected);
    }
  });

  it('have an older form', async () => {
    const structures = [{ begin: '<f>', schema: { type: 'boolean' }, end: '</f>' }];
    const outputs = await writer.write(grammarOf({ type: 'structural_tag', structures, triggers: ['<f'] }), 15);
    for (const output of outputs) expect(output).toMatch(/^(?:(?!<f)[^]|<f>(?:true|false)<\/f>)*$/);
  });

  it.each<readonly [unknown, string]>([
    [{ type: 'token', token: 1 }, 'no format of type "token"'],
    [{ type: 'any_text', max_tokens: 5 }, '"max_chars" and "max_tokens"'],
    [{ type: 'json_schema', json_schema: {}, style: 'cohere_xml' }, 'no style "cohere_xml"'],
    [{ type: 'triggered_tags', triggers: ['<x>'], tags }, 'must begin with exactly one trigger'],
    [{ type: 'sequence', elements: [] }, '"elements" must be a list with something in it'],
    [{ type: 'tag', begin: 1, content: integer, end: '' }, '"begin" must be a string'],
    [undefined, 'a format must be an object'],
  ])('refuse %j', (format, reason) => {
    expect(() => grammarOf({ type: 'structural_tag', format })).toThrow(reason);
  });
});
