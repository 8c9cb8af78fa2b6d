import { createLogger } from '@app/logging';
import { expect, it } from 'vitest';
import { IgnoredWishes } from './ignored-wishes.js';

it('tells each wish once', () => {
  const lines: string[] = [];
  const wishes = new IgnoredWishes(
    createLogger({ format: 'json', destination: { write: (line) => void lines.push(line) } }),
  );
  for (const wish of ['no format', 'no format', 'no calls', 'no format']) wishes.tell(wish);
  expect(lines.map((line) => (JSON.parse(line) as { readonly msg: string }).msg)).toEqual(['no format', 'no calls']);
});
