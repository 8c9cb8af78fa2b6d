import { describe, expect, it } from 'vitest';
import { ElementArguments } from './element-arguments.js';

const list = { type: 'array', items: { type: 'object', properties: { n: { type: 'integer' } } } };
const properties = {
  text: { type: 'string' },
  n: { type: 'integer' },
  list,
  maybe: { anyOf: [{ type: 'null' }, list] },
  free: { type: 'object', additionalProperties: { type: 'number' } },
};

function write(markup: string): string {
  const writer = new ElementArguments('P', { name: 'f', parameters: { properties } });
  return writer.write(markup.replace(/<(?=[^<>]+>)/g, 'P<')) + writer.end();
}

describe('arguments in elements', () => {
  it.each([
    ['nothing', '', '{}'],
    ['text and numbers', '\n<text> a "b" </text>\n<n>1</n>', '{"text": " a \\"b\\" ", "n": 1}'],
    ['lists of objects', '<list><item><n>1</n></item> <item><n>2</n></item></list>', '{"list": [{"n": 1}, {"n": 2}]}'],
    ['one of several types', '<maybe><item><n>1</n></item></maybe>', '{"maybe": [{"n": 1}]}'],
    ['empty containers', '<list> </list><free></free><text></text>', '{"list": [], "free": {}, "text": ""}'],
    [
      'what a schema leaves open',
      '<free><a>1</a><b>x</b></free><c><d>1</d></c>',
      '{"free": {"a": 1, "b": "x"}, "c": {"d": "1"}}',
    ],
    ['JSON in an element', '<list>[{"n":1}]</list>', '{"list": [{"n": 1}]}'],
    ['an element that comes again', '<n>1</n><text>a</text><n>2</n><n>3</n>', '{"n": [1, 2, 3], "text": "a"}'],
    ['text beside elements', '<c>a<d>1</d>b</c>', '{"c": {"d": "1", "$text": "ab"}}'],
    ['text beside an element of its name', '<c>a<$text>1</$text></c>', '{"c": {"$text": "1", "$$text": "a"}}'],
    ['names of objects', '<__proto__>a</__proto__>', '{"__proto__": "a"}'],
    ['nothing behind text', '<n>1</n>x<n>2</n>', '{"n": 1}'],
    ['nothing behind a broken element', '<n>1</n><text><a>b</text><n>2</n>', '{"n": 1}'],
    ['nothing behind one without an end', '<n>1</n><text>b', '{"n": 1}'],
  ])('are read: %s', (_, markup, json) => {
    expect(write(markup)).toBe(json);
  });

  it('are nested 128 deep at most', () => {
    const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect(write(nested(128)).length).toBeGreaterThan(2);
    expect(write(nested(129))).toBe('{}');
  });
});
