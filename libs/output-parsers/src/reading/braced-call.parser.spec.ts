import { describe, expect, it } from 'vitest';
import { everySplit, loadTools, readTools } from '@testing/output-parsers';
import { BracedCallParser } from './braced-call.parser.js';
import type { BracedCallFormat } from './braced-call.parser.js';
import { isAlwaysString, toTypedJson } from './schema-typing.js';
import type { ToolEvent } from '../tool/tool-parser.js';

const format: BracedCallFormat = {
  start: '<c>',
  end: '</c>',
  quote: '<q>',
  typing: { isText: isAlwaysString, toJson: toTypedJson },
  strayEnd: 'dropped',
};
const tools = loadTools();
const text = (said: string): ToolEvent => ({ type: 'text-delta', text: said });
const call = (index: number, name: string, json: string): ToolEvent[] => [
  { type: 'tool-call-start', index, name },
  ...(json === '' ? [] : [{ type: 'tool-call-delta', index, delta: json } as const]),
];

describe('braced call parser', () => {
  it.each([
    ['text', 'Hi {a:1}.', [text('Hi {a:1}.')]],
    [
      'values of every kind',
      '<c>call:find_trips{origin:<q>Ghent, {B}<q>,passengers:2,direct_only:True,options:{bike:false,seat_class:1},via:[<q>a<q>, b]}</c>',
      call(
        0,
        'find_trips',
        '{"origin": "Ghent, {B}", "passengers": 2, "direct_only": true, "options": {"bike": false, "seat_class": 1}, "via": ["a", "b"]}',
      ),
    ],
    ['lists of objects', '<c>call:f{a:[{b:1},{}],c:[[x]]}</c>', call(0, 'f', '{"a": [{"b": "1"}, {}], "c": [["x"]]}')],
    ['quoted names', '<c>call:f{<q>a b<q>:<q>x<q>}</c>', call(0, 'f', '{"a b": "x"}')],
    ['parentheses', '<c>:f(a:g(1)</c>', call(0, 'f', '{"a": "g(1"}')],
    ['a value that is missing', '<c>call:f{a:,b:}</c>', call(0, 'f', '{"a": "", "b": ""}')],
    ['no arguments', '<c>call:f</c>', call(0, 'f', '{}')],
    ['a call that ends too soon', '<c>call:f{a:{b:<q>x</c> so', [...call(0, 'f', '{"a": {"b": "x"}}'), text('so')]],
    ['the start marker in a text', '<c>call:f{a:<q><c>x<q>}</c>', call(0, 'f', '{"a": "<c>x"}')],
    [
      'calls without end markers',
      '<c>call:f{a:1}<c>call:g{b<c>call:h{}',
      [...call(0, 'f', '{"a": "1"}'), ...call(1, 'g', '{}'), ...call(2, 'h', '{}')],
    ],
    [
      'white space in front of an end marker',
      'a\n<c>call:f{} </c>\nb',
      [text('a'), ...call(0, 'f', '{}'), text('\n\nb')],
    ],
    ['text in place of an end marker', '<c>call:f{} so', [...call(0, 'f', '{}'), text('so')]],
    ['no call', 'The <c> marker opens', [text('The <c> marker opens')]],
    ['no name', '<c>call:{a:1}</c>', [text('<c>call:{a:1}')]],
    ['empty calls', '<c><c></c></c>a', [text('a')]],
    ['a call cut off in a value', '<c>call:f{a:1,b:<q>x', call(0, 'f', '{"a": "1", "b": "x')],
    ['a call cut off between values', '<c>call:f{a:1,b', call(0, 'f', '{"a": "1"}')],
    ['a call cut off in its name', 'a <c>call:f', [text('a ')]],
  ])('reads %s however the stream is cut', (_, output, expected) => {
    for (const deltas of everySplit(output, 200)) {
      const parser = new BracedCallParser(format, tools);
      expect(readTools(parser, deltas, { cutOff: true })).toEqual(expected);
    }
  });

  it('sends strings while they are written, other values when they end', () => {
    const parser = new BracedCallParser(format, tools);
    const steps = ['<c>call:find_trips{origin:<q>Gh', 'ent<q>,passengers:1', '2', '}'].map((delta) =>
      parser.push(delta),
    );
    expect(steps).toEqual([
      call(0, 'find_trips', '{"origin": "Gh'),
      call(0, '', 'ent", "passengers": ').slice(1),
      [],
      call(0, '', '12}').slice(1),
    ]);
  });
});
