import { describe, expect, it } from 'vitest';
import { toDeltaJson } from './to-delta-json.js';

const content = (text: string) => ({ type: 'content-delta', text }) as const;
const thought = (text: string) => ({ type: 'reasoning-delta', text }) as const;
const start = (index: number) => ({ type: 'tool-call-start', index, id: `c${index}`, name: 'f' }) as const;
const piece = (index: number, delta: string) => ({ type: 'tool-call-delta', index, delta }) as const;

const shown = { hidesReasoning: false, reasoningContent: false, plainJsonCalls: undefined };

describe('delta of a chat chunk', () => {
  it.each([
    ['nothing', [], '{}'],
    ['empty content', [content('')], '{"content":""}'],
    ['content in pieces', [content('a'), content('b"')], '{"content":"ab\\""}'],
    ['a thought', [thought('a')], '{"reasoning":"a"}'],
    ['the end of a thought', [thought('a'), content('b')], '{"content":"b","reasoning":"a"}'],
    [
      'the start of a call',
      [start(0)],
      '{"content":null,"tool_calls":[{"id":"c0","type":"function","index":0,"function":{"name":"f"}}]}',
    ],
    [
      'arguments in pieces',
      [piece(0, '{'), piece(0, '}')],
      '{"content":null,"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}',
    ],
    [
      'everything at once',
      [thought('a'), content('b'), start(0), piece(0, '1'), start(1), piece(1, '2')],
      '{"content":"b","reasoning":"a","tool_calls":[{"id":"c0","type":"function","index":0,"function":{"name":"f"}},' +
        '{"index":0,"function":{"arguments":"1"}},{"id":"c1","type":"function","index":1,"function":{"name":"f"}},' +
        '{"index":1,"function":{"arguments":"2"}}]}',
    ],
  ])('%s', (_, events, expected) => {
    expect(toDeltaJson(events, shown)).toBe(expected);
  });

  it.each([
    [
      'named',
      [start(0), piece(0, '{'), piece(0, '}')],
      '{"tool_calls":[{"id":"c0","type":"function","index":0,"function":{"name":"f","arguments":"{}"}}]}',
    ],
    ['named', [piece(0, '{')], '{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}'],
    ['required', [piece(0, '{')], '{"tool_calls":[{"index":0,"function":{"name":null,"arguments":"{"}}]}'],
    [
      'required',
      [piece(0, '}'), start(1), piece(1, '{')],
      '{"tool_calls":[{"index":0,"function":{"name":null,"arguments":"}"}},' +
        '{"id":"c1","type":"function","index":1,"function":{"name":"f","arguments":"{"}}]}',
    ],
  ] as const)('%s calls in plain JSON: %j', (plainJsonCalls, events, expected) => {
    expect(toDeltaJson(events, { ...shown, plainJsonCalls })).toBe(expected);
  });

  it('says thoughts under both names on demand', () => {
    expect(toDeltaJson([thought('a')], { ...shown, reasoningContent: true })).toBe(
      '{"reasoning":"a","reasoning_content":"a"}',
    );
    expect(toDeltaJson([content('a')], { ...shown, reasoningContent: true })).toBe('{"content":"a"}');
  });

  it('shows hidden thoughts as null, in deltas that say something', () => {
    const hidden = { ...shown, hidesReasoning: true };
    expect(toDeltaJson([content('a')], hidden)).toBe('{"content":"a","reasoning":null}');
    expect(toDeltaJson([], hidden)).toBe('{}');
  });
});
