import { ConfigurationError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { readOptions } from './mock-engine.options.js';

const needed = ['--handshake-address', 'tcp://127.0.0.1:29550'];
const words = (line: string): string[] => (line === '' ? [] : line.split(' '));

describe('readOptions', () => {
  it('has a default for everything but the address', () => {
    expect(readOptions(needed)).toEqual({
      attachment: { type: 'handshake', address: 'tcp://127.0.0.1:29550' },
      dataParallelSize: 1,
      ranks: [0],
      lockStep: false,
      release: '0.33.0',
      maxModelLen: 4096,
      maxNumSeqs: 128,
      logStats: true,
      control: false,
      chunkSize: 1,
      intervalMs: 0,
      firstTokenDelayMs: 0,
      answer: { type: 'prompt' },
      faults: [],
      shutdownTimeoutMs: 0,
    });
  });

  it.each([
    ['--rank 3 --control', { ranks: [3], dataParallelSize: 4, control: true }],
    ['--max-model-len 512 --interval-ms 20', { maxModelLen: 512, intervalMs: 20 }],
    ['--max-num-seqs 2 --disable-log-stats', { maxNumSeqs: 2, logStats: false }],
    ['--rate 50 --chunk-size 5', { intervalMs: 100, chunkSize: 5 }],
    ['--first-token-delay-ms 9 --shutdown-timeout 2', { firstTokenDelayMs: 9, shutdownTimeoutMs: 2000 }],
    ['--release 0.19.1', { release: '0.19.1' }],
    ['--ids 1,2,30', { answer: { type: 'ids', tokenIds: [1, 2, 30] } }],
    ['--text Hi --model m', { answer: { type: 'text', text: 'Hi', model: 'm' } }],
    ['serve m --text Hi', { answer: { type: 'text', text: 'Hi', model: 'm' } }],
    ['--moe --data-parallel-size 2', { lockStep: true, ranks: [0, 1] }],
    ['--moe', { lockStep: false }],
    ['--prompt-hash', { answer: { type: 'prompt-hash', vocabularySize: 256, length: undefined } }],
    ['--seed 7 --vocab-size 9 --length 3', { answer: { type: 'seed', seed: 7, vocabularySize: 9, length: 3 } }],
    ['--fault hang@step=2 --fault mute', { faults: [{ kind: 'hang', afterStep: 2 }, { kind: 'mute' }] }],
  ])('reads %s', (line, expected) => {
    expect(readOptions([...needed, ...words(line)])).toMatchObject(expected);
  });

  it.each([
    [
      'serve m --headless --data-parallel-address h --data-parallel-rpc-port 5 --data-parallel-size 4 --data-parallel-size-local 2 --data-parallel-start-rank 1',
      { attachment: { type: 'handshake', address: 'tcp://h:5' }, dataParallelSize: 4, ranks: [1, 2] },
    ],
    [
      '--headless --data-parallel-address ::1 --data-parallel-size 2',
      { attachment: { type: 'handshake', address: 'tcp://[::1]:29550' }, dataParallelSize: 2, ranks: [0, 1] },
    ],
    [
      '--input-address ipc://i --output-address ipc://o --input-address ipc://j --output-address ipc://p',
      {
        attachment: { type: 'direct', inputAddresses: ['ipc://i', 'ipc://j'], outputAddresses: ['ipc://o', 'ipc://p'] },
      },
    ],
  ])('reads %s', (line, expected) => {
    expect(readOptions(words(line))).toMatchObject(expected);
  });

  const address =
    'one of --handshake-address, --data-parallel-address, or --input-address with --output-address is required';

  it.each([
    ['', address],
    ['--handshake-address a --data-parallel-address b', address],
    ['--input-address a', '--input-address and --output-address must be given equally often'],
    ['--data-parallel-address a --data-parallel-rpc-port x', /^--data-parallel-rpc-port must be a whole number/],
  ])('refuses "%s"', (line, message) => {
    expect(() => readOptions(words(line))).toThrow(ConfigurationError);
    expect(() => readOptions(words(line))).toThrow(message);
  });

  it.each([
    ['--rank x', '--rank must be a whole number of at least 0, got "x"'],
    ['--rank 1 --data-parallel-start-rank 1', '--rank and --data-parallel-start-rank exclude each other'],
    ['--rank 2 --data-parallel-size 2 --data-parallel-size-local 1', 'rank 2 is not below --data-parallel-size 2'],
    ['--data-parallel-start-rank 1 --data-parallel-size 2', 'ranks 1 to 2 are not below --data-parallel-size 2'],
    ['--max-model-len 0', '--max-model-len must be a whole number of at least 1, got "0"'],
    [
      '--moe --data-parallel-size 2 --rank 1 --data-parallel-size-local 1',
      '--moe needs all 2 engines in this process, and it has 1',
    ],
    ['--rate 9 --interval-ms 9', '--interval-ms and --rate exclude each other'],
    ['--ids 1,,2', '--ids must be a whole number of at least 0, got ""'],
    ['--ids 1 --text a', '--ids and --text exclude each other'],
    ['--seed 1 --prompt-hash', '--seed and --prompt-hash exclude each other'],
    ['--text a', '--text needs --model, for its tokenizer'],
    ['--length 3', '--length needs --prompt-hash or --seed'],
    ['start m', '"start m" must be "serve MODEL", or nothing'],
    ['serve m n', '"serve m n" must be "serve MODEL", or nothing'],
  ])('refuses "%s"', (line, message) => {
    expect(() => readOptions([...needed, ...words(line)])).toThrow(new ConfigurationError(message));
  });

  it('names a flag it does not know', () => {
    expect(() => readOptions([...needed, '--speed', '1'])).toThrow(/--speed/);
  });
});
