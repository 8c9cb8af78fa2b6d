import { ConfigurationError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { readOptions } from './mock-engine.options.js';

const needed = ['--handshake-address', 'tcp://127.0.0.1:29550'];

describe('readOptions', () => {
  it('has a default for everything but the address', () => {
    expect(readOptions(needed)).toEqual({
      handshakeAddress: 'tcp://127.0.0.1:29550',
      rank: 0,
      maxModelLen: 4096,
      control: false,
      intervalMs: 0,
      answer: undefined,
    });
  });

  it.each([
    [['--rank', '3', '--control'], { rank: 3, control: true }],
    [['--max-model-len', '512', '--interval-ms', '20'], { maxModelLen: 512, intervalMs: 20 }],
    [['--ids', '1, 2,30'], { answer: { type: 'ids', tokenIds: [1, 2, 30] } }],
    [['--text', 'Hi', '--model', 'm'], { answer: { type: 'text', text: 'Hi', model: 'm' } }],
  ])('reads %j', (flags, expected) => {
    expect(readOptions([...needed, ...flags])).toMatchObject(expected);
  });

  it.each([
    [[], '--handshake-address is required'],
    [[...needed, '--rank', 'x'], '--rank must be a whole number of at least 0, got "x"'],
    [[...needed, '--max-model-len', '0'], '--max-model-len must be a whole number of at least 1, got "0"'],
    [[...needed, '--ids', '1,,2'], '--ids must be a whole number of at least 0, got ""'],
    [[...needed, '--ids', '1', '--text', 'a'], '--ids and --text exclude each other'],
    [[...needed, '--text', 'a'], '--text needs --model, for its tokenizer'],
  ])('refuses %j', (flags, message) => {
    expect(() => readOptions(flags)).toThrow(new ConfigurationError(message));
  });

  it('names a flag it does not know', () => {
    expect(() => readOptions([...needed, '--speed', '1'])).toThrow(/--speed/);
  });
});
