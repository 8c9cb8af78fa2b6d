import { ConfigurationError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { readOptions } from './engine-core.options.js';

const needed = ['--model', 'm', '--handshake', 'ipc:///run/h'];

describe('the command line of the engine core', () => {
  it('has defaults for all but the model and the front end', () => {
    expect(readOptions(needed)).toEqual({
      model: 'm',
      handshake: 'ipc:///run/h',
      rank: 0,
      headless: false,
      prefixCaching: true,
      compactJson: false,
      closedObjects: false,
      constrainThoughts: false,
      shutdownTimeoutMs: 0,
    });
  });

  it('takes every flag', () => {
    const flags =
      '--rank 3 --headless --max-num-seqs 4 --max-model-len 99 --threads 2 --prefill-chunk 32 --kv-cache-bytes 1000000 ' +
      '--scheduling-policy priority --no-prefix-caching --shutdown-timeout 5 ' +
      '--compact-json --closed-objects --constrain-thoughts --thought-markers {"start":["<think>"],"end":["</think>"],"isImplicit":true}';
    expect(readOptions([...needed, ...flags.split(' ')])).toEqual({
      model: 'm',
      handshake: 'ipc:///run/h',
      rank: 3,
      headless: true,
      maxNumSeqs: 4,
      maxModelLen: 99,
      threads: 2,
      prefillChunk: 32,
      kvCacheBytes: 1_000_000,
      schedulingPolicy: 'priority',
      prefixCaching: false,
      compactJson: true,
      closedObjects: true,
      constrainThoughts: true,
      thoughtMarkers: { start: ['<think>'], end: ['</think>'], isImplicit: true },
      shutdownTimeoutMs: 5000,
    });
  });

  it.each([
    ['nothing', [], '--model and --handshake are required'],
    ['no front end', ['--model', 'm'], '--model and --handshake are required'],
    ['an unknown flag', [...needed, '--fast'], "Unknown option '--fast'"],
    ['a flag without its value', [...needed, '--threads'], "Option '--threads <value>' argument missing"],
    ['no number', [...needed, '--threads', 'two'], '--threads must be a whole number of at least 1, got "two"'],
    ['too small a number', [...needed, '--threads', '0'], '--threads must be a whole number of at least 1, got "0"'],
    ['half a number', [...needed, '--rank', '1.5'], '--rank must be a whole number of at least 0, got "1.5"'],
    ['a huge number', [...needed, '--rank', '9'.repeat(400)], '--rank must be a whole number'],
    ['no markers', [...needed, '--thought-markers', '{"start":[1]}'], '--thought-markers must be JSON'],
    [
      'an unknown policy',
      [...needed, '--scheduling-policy', 'lifo'],
      '--scheduling-policy must be fcfs or priority, got "lifo"',
    ],
  ])('refuses %s', (_, args, message) => {
    expect(() => readOptions(args)).toThrow(message);
    expect(() => readOptions(args)).toThrow(ConfigurationError);
  });
});
