import { describe, expect, it } from 'vitest';
import { everySplit } from '@testing/output-parsers';
import { EscapedNewlines } from './escaped-newlines.js';

function read(pieces: readonly string[]): string {
  const newlines = new EscapedNewlines();
  return pieces.map((piece) => newlines.read(piece, false)).join('') + newlines.read('', true);
}

describe('escaped newlines', () => {
  it.each([
    ['a\\nb\\rc\\r\\nd', 'a\nb\nc\nd'],
    ['\\r\\t\\', '\n\\t\\'],
    ['a\\\\n\\\\\\n\\n', 'a\\\\n\\\\\\n\n'],
    ['`a\\n`\\n', '`a\\n`\n'],
    ['```a\\n`\\n```\\n', '```a\\n`\\n```\n'],
    ['``\\n', '``\n'],
    ['$a\\nu$\\n$$\\n$\\n$$', '$a\\nu$\n$$\\n$\\n$$'],
    ['\\(\\nu\\)\\n\\[\\n\\]', '\\(\\nu\\)\n\\[\\n\\]'],
    ['an open span `\\n', 'an open span `\\n'],
  ])('reads %j', (text, expected) => {
    for (const pieces of everySplit(text)) expect(read(pieces)).toBe(expected);
  });
});
