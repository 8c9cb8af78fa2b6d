import { describe, expect, it } from 'vitest';
import { WeightVersions } from './weight-versions.js';

describe('WeightVersions', () => {
  it.each<[string, readonly (readonly [string, number])[], number, unknown]>([
    ['one label', [['a', 0]], 3, [{ version: 'a', start: 0, end: 3 }]],
    [
      'a label that stays, one that changes, one that comes back',
      [
        ['a', 0],
        ['a', 1],
        ['b', 2],
        ['a', 5],
      ],
      7,
      [
        { version: 'a', start: 0, end: 2 },
        { version: 'b', start: 2, end: 5 },
        { version: 'a', start: 5, end: 7 },
      ],
    ],
    ['labels that came late', [['b', 2]], 3, [{ version: 'b', start: 2, end: 3 }]],
    ['no label', [], 3, undefined],
    ['no token', [], 0, []],
  ])('makes spans of %s', (_, notes, tokens, spans) => {
    const versions = new WeightVersions();
    notes.forEach(([version, start]) => versions.note(version, start));
    expect(versions.spans(tokens)).toEqual(spans);
  });
});
