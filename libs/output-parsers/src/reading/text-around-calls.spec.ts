import { describe, expect, it } from 'vitest';
import { everySplit } from '@testing/output-parsers';
import { TextAroundCalls } from './text-around-calls.js';
import type { TextLayout } from './text-around-calls.js';

/** `|` is a call. */
function read(layout: TextLayout, deltas: readonly string[]): string {
  const text = new TextAroundCalls(layout);
  let out = '';
  for (const piece of deltas.flatMap((delta) => delta.split(/(\|)/))) {
    if (piece === '|') text.call();
    else if (piece !== '') out += text.text(piece);
  }
  return out + text.end();
}

describe('text around calls', () => {
  it.each<[TextLayout, string, string]>([
    ['trimmed', ' \n no call \n', ' \n no call \n'],
    ['trimmed', ' \n', ' \n'],
    ['trimmed', ' \n|\n|\n', ''],
    ['trimmed', '\nLet me look.\n\n|\n', '\nLet me look.'],
    ['trimmed', '|\n\nDone.\n', 'Done.'],
    ['trimmed', 'First:\n| and \n|\nall done ', 'First:\n and \n\nall done'],
    ['kept', ' a \n|\n| b ', ' a \n\n b '],
  ])('is %s: %j becomes %j', (layout, text, expected) => {
    for (const deltas of everySplit(text)) expect(read(layout, deltas)).toBe(expected);
  });
});
