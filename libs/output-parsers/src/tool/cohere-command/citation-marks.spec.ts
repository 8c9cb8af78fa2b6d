import { describe, expect, it } from 'vitest';
import { everySplit } from '@testing/output-parsers';
import { CitationMarks } from './citation-marks.js';

function clean(deltas: readonly string[]): string {
  const marks = new CitationMarks();
  return deltas.map((delta) => marks.push(delta)).join('') + marks.finish();
}

describe('citation marks', () => {
  it.each([
    ['The <co>quay</co: 0:[0]> is <co>closed</co: 0:[1,2],1:[0]>.', 'The quay is closed.'],
    ['a <co and </co> and </co: x> and </co:', 'a <co and </co> and </co: x> and </co:'],
    ['</co:<co>a</co: 1', '</co:a</co: 1'],
    [`</co:${' 1'.repeat(200)}>`, `</co:${' 1'.repeat(200)}>`],
  ])('are dropped from %j however it is cut', (text, expected) => {
    for (const deltas of everySplit(text, 300)) expect(clean(deltas)).toBe(expected);
  });
});
