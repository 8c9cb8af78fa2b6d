import { describe, expect, it } from 'vitest';
import { toSessionRequestType } from './session-request.rules.js';

function issuesOf(body: Readonly<Record<string, unknown>>): unknown {
  try {
    return toSessionRequestType(body);
  } catch (error) {
    return JSON.parse((error as Error).message);
  }
}

const extra = (key: string, input: unknown) => ({
  type: 'extra_forbidden',
  loc: [key],
  msg: 'Extra inputs are not permitted',
  input,
});

describe('toSessionRequestType', () => {
  it.each(['NEW_SESSION', 'CLOSE'])('takes %s', (requestType) => {
    expect(toSessionRequestType({ requestType })).toBe(requestType);
  });

  it('tells of a wrong type before other keys', () => {
    const choices = "'NEW_SESSION' or 'CLOSE'";
    expect(issuesOf({ a: 1, requestType: null })).toEqual([
      {
        type: 'enum',
        loc: ['requestType'],
        msg: `Input should be ${choices}`,
        input: null,
        ctx: { expected: choices },
      },
      extra('a', 1),
    ]);
  });

  it('shows the beginning of what is long, and ten keys at most', () => {
    const long = 'x'.repeat(300);
    const start = (text: string) => `${text.slice(0, 200)}...[truncated]`;
    expect(issuesOf({ requestType: 'CLOSE', [long]: long, list: [long] })).toEqual([
      extra(start(long), start(long)),
      extra('list', start(`["${long}`)),
    ]);
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, index]));
    expect(issuesOf({ requestType: 'CLOSE', ...many })).toHaveLength(10);
  });

  it('shows integers beyond 2^53', () => {
    expect(issuesOf({ requestType: 'CLOSE', n: 2n ** 60n })).toEqual([extra('n', 2 ** 60)]);
  });
});
