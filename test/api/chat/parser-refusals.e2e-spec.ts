import { describe, expect, it } from 'vitest';
import { startAerie } from '@support/aerie-process';

/** Parsers that cannot work end the start before there is an engine, with one line that says why. */
describe('a start', () => {
  it.each([
    [
      'reasoning that reads answers as a whole, and a tool parser of another family',
      ['--enable-auto-tool-choice', '--tool-call-parser', 'hermes', '--reasoning-parser', 'beam'],
      '--reasoning-parser beam cannot be combined with --tool-call-parser hermes: only with hf or beam, or none',
    ],
    [
      'a parser by a template that the tokenizer’s configuration lacks',
      ['--enable-auto-tool-choice', '--tool-call-parser', 'hf'],
      'The hf parser requires `response_template` metadata in the tokenizer configuration',
    ],
  ])('ends at %s', async (_, argv, reason) => {
    const output = await startAerie(argv).then(
      async (aerie) => `ready, ended with ${await aerie.stop()}`,
      (error: unknown) => String(error),
    );
    expect(output.trimEnd().split('\n').slice(-2)).toEqual(['Reading model aerie-demo', `aerie serve: ${reason}`]);
  });
});
