import { describe, expect, it } from 'vitest';
import { reasoningParsers, toolParsers } from '@app/output-parsers';
import { ConfigProblemsError } from './config-problems-error.js';
import { loadConfig } from './load-config.js';

function problems(...argv: readonly string[]): readonly string[] {
  try {
    loadConfig({ argv });
    return [];
  } catch (error) {
    if (error instanceof ConfigProblemsError) return error.problems;
    throw error;
  }
}

describe('parser flags', () => {
  it.each([
    [[], []],
    [['--enable-auto-tool-choice', '--tool-call-parser', 'hermes', '--reasoning-parser', 'qwen3'], []],
    [['--reasoning-parser', 'NONE'], []],
    [['--enable-auto-tool-choice', '--tool-call-parser', 'auto', '--reasoning-parser', 'auto'], []],
    [['--enable-auto-tool-choice', '--tool-call-parser', 'mine', '--tool-parser-plugin', './mine.mjs'], []],
    [['--tool-call-parser', 'unused'], []],
    [['--enable-auto-tool-choice'], ['Error: --enable-auto-tool-choice requires --tool-call-parser']],
    [
      ['--enable-auto-tool-choice', '--tool-call-parser', 'x', '--reasoning-parser', 'y'],
      [
        `invalid tool call parser: x (chose from { ${toolParsers.names.join(',')} })`,
        `invalid reasoning parser: y (chose from { ${reasoningParsers.names.join(',')} })`,
      ],
    ],
  ])('%j', (argv, expected) => {
    expect(problems(...argv)).toEqual(expected);
  });
});
