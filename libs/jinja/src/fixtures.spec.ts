import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { outcome, type Outcome } from './testing/outcome.js';

interface Corpus {
  readonly ctx: Readonly<Record<string, unknown>>;
  readonly cases: readonly (readonly [name: string, source: string])[];
}

function load<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** Recorded errors are cut to this many characters. */
const recordedLength = 100;

describe.each([
  ['cases', 'expected'],
  ['more-cases', 'more-expected'],
])('%s recorded from Python Jinja2', (cases, expected) => {
  const { ctx, cases: list } = load<Corpus>(cases);
  const outcomes = load<readonly Outcome[]>(expected);

  it.each(list.map(([name, source], index) => ({ name, source, want: outcomes[index] })))(
    '$name',
    ({ source, want }) => {
      const got = outcome(source, ctx);
      expect('e' in got ? { e: got.e.slice(0, recordedLength) } : got).toEqual(
        'e' in want ? { e: want.e.slice(0, recordedLength) } : want,
      );
    },
  );
});
