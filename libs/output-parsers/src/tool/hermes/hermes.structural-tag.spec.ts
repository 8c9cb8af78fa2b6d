import { describe, expect, it } from 'vitest';
import { hermesStructuralTag } from './hermes.structural-tag.js';

const city = { type: 'object', properties: { city: { type: 'string' } } };
const weather = { name: 'weather', parameters: city };
const time = { name: 'time' };

const anyValue =
  '"content": {"type": "json_schema", "json_schema": true, "style": "json", "any_order": false, "max_whitespace_cnt": null, "excludes": []}';
const tags = (name: string, content = anyValue) =>
  `{"type": "tag", "begin": "<tool_call>\\n{\\"name\\": \\"${name}\\", \\"arguments\\": ", ${content}, "end": "}\\n</tool_call>"}, ` +
  `{"type": "tag", "begin": "<tool_call>{\\"name\\": \\"${name}\\", \\"arguments\\": ", ${content}, "end": "}</tool_call>"}`;
const forced = (inner: string, single: boolean) =>
  `{"type": "structural_tag", "format": {"type": "tags_with_separator", "tags": [${inner}], "separator": "", "at_least_one": true, "stop_after_first": ${single}}}`;
const free = (inner: string, single: boolean) =>
  `{"type": "structural_tag", "format": {"type": "triggered_tags", "triggers": ["<tool_call>"], "tags": [${inner}], ` +
  `"at_least_one": false, "stop_after_first": ${single}, "excludes": []}}`;

describe('hermes structural tag', () => {
  it('leaves a free choice without strict tools alone', () => {
    expect(hermesStructuralTag({ tools: [weather], demand: 'auto', single: false })).toBeUndefined();
  });

  it.each([
    [
      'at most one call',
      { tools: [weather, time], demand: 'auto', single: true } as const,
      free(`${tags('weather')}, ${tags('time')}`, true),
    ],
    [
      'at least one call',
      { tools: [weather, time], demand: 'required', single: false } as const,
      forced(`${tags('weather')}, ${tags('time')}`, false),
    ],
    ['exactly one call', { tools: [time], demand: 'required', single: true } as const, forced(tags('time'), true)],
    [
      'one tool by name',
      { tools: [weather, time], demand: { name: 'time' }, single: false } as const,
      forced(tags('time'), true),
    ],
    [
      'a strict tool',
      { tools: [{ ...weather, strict: true }], demand: 'auto', single: false } as const,
      free(
        tags('weather', anyValue.replace('true', '{"type": "object", "properties": {"city": {"type": "string"}}}')),
        false,
      ),
    ],
    [
      'text outside of ASCII',
      { tools: [{ name: 'é🚢', strict: true }], demand: 'auto', single: false } as const,
      free(tags('\\\\u00e9\\\\ud83d\\\\udea2'), false),
    ],
  ])('asks for %s as the recorded server does', (_, constraint, expected) => {
    expect(hermesStructuralTag(constraint)).toBe(expected);
  });
});
