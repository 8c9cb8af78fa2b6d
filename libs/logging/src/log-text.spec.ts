import { describe, expect, it } from 'vitest';
import { LogText } from './log-text.js';

describe('LogText', () => {
  it.each([
    ['{"api_key":"abc","a":1}', '{"api_key":"***","a":1}'],
    ['{"API-Key" : "a\\"bc", "max_tokens":5}', '{"API-Key" : "***", "max_tokens":5}'],
    ['{"openai_api_key":["k1","k2"]}', '{"openai_api_key":"***"}'],
    ['{"headers":{"Authorization":"Bearer abc","Cookie":"s=1"}}', '{"headers":{"Authorization":"***","Cookie":"***"}}'],
    ['{"arguments":"{\\"password\\": \\"hunter2\\"}"}', '{"arguments":"{\\"password\\": \\"***\\"}"}'],
    ['{"token_ids":[1,2],"max_tokens":3}', '{"token_ids":[1,2],"max_tokens":3}'],
    ['use Bearer abcdefgh12345 please', 'use Bearer *** please'],
    ['my key is sk-proj-abcdefghijkl, hf_abcdefghijklmnop', 'my key is ***, ***'],
    ['{"api_key":"never ends', '{"api_key":"***"'],
    ['the key open-sesame', 'the key ***'],
  ])('masks secrets: %s', (text, expected) => {
    expect(new LogText({ secrets: ['open-sesame', ''] }).of(text)).toBe(expected);
  });

  it('shows the beginning, and no half of a secret', () => {
    expect(new LogText({ maxLength: 5 }).of('abcdefgh')).toBe('abcde');
    expect(new LogText({ maxLength: 20 }).of('key: sk-abcdefghijklmnopqrstuvw')).toBe('key: ***');
    expect(new LogText({ maxLength: 0 }).of('abc')).toBe('');
    expect(new LogText({ maxLength: 2 }).ofList([1, 2, 3])).toEqual([1, 2]);
    expect(new LogText({ maxLength: 3 }).ofBytes(Buffer.from('äöü€'))).toBe('äöü');
    expect(new LogText().of('x'.repeat(100_000))).toHaveLength(65_536);
  });

  // In more than linear time it would not come to its end.
  it.each([
    ['"a', '"a"a"a'],
    ['"api_key":"', '"api_key":"***"api_key":"'],
    ['\\"password\\":', '\\"password\\":\\"***\\":'],
    ['bearer ', 'bearer bearer '],
    ['sk-', '***'],
    ['"api_key":[', '"api_key":"***"'],
    ['a-'.repeat(40), 'a-a-a-'],
  ])('comes to the end of megabytes of %s', (unit, beginning) => {
    const text = unit.repeat(2_000_000 / unit.length);
    expect(new LogText({ maxLength: text.length }).of(text).slice(0, beginning.length)).toBe(beginning);
  });

  it('writes integers of 64 bits', () => {
    expect(new LogText().ofJson({ seed: 2n ** 60n, n: 1 })).toBe('{"seed":"1152921504606846976","n":1}');
  });
});
