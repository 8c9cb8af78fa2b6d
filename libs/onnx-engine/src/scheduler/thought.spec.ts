import { describe, expect, it } from 'vitest';
import { TokenHistory } from '../sampler/token-history.js';
import { Thought } from './thought.js';
import type { ThoughtOptions } from './thought.js';

const markers = { start: [[10, 11]], end: [[20, 21]], isImplicit: false };

/** What the thought says before each token, and at the end: over, or the token it forces. */
function follow({
  prompt = [1],
  output,
  ...options
}: { prompt?: number[]; output: number[] } & Partial<ThoughtOptions>): (number | boolean)[] {
  const history = new TokenHistory(prompt);
  const thought = new Thought(history, { markers, ended: undefined, ...options });
  const said = (): number | boolean => thought.forcedTokenId ?? thought.isOver;
  return [
    said(),
    ...output.map((tokenId) => {
      const isAnswer = !thought.openingTokenIds.includes(tokenId);
      history.push(tokenId);
      thought.advance(tokenId, isAnswer);
      return said();
    }),
  ];
}

describe('a thought', () => {
  it.each<readonly [string, Parameters<typeof follow>[0], (number | boolean)[]]>([
    ['is over where the front end says so', { ended: true, output: [10] }, [true, true]],
    ['is over where the prompt ended it', { prompt: [10, 11, 3, 20, 21], output: [4] }, [true, true]],
    [
      'is not over for an earlier one of the prompt',
      { prompt: [10, 11, 20, 21, 5], ended: false, output: [] },
      [false],
    ],
    [
      'goes on where the prompt opened it',
      { prompt: [10, 11], output: [3, 20, 21, 4] },
      [false, false, false, true, true],
    ],
    ['is over when the answer comes at once', { output: [3, 10, 11] }, [false, true, true, true]],
    ['begins with its whole marker', { output: [10, 11, 3, 20, 21] }, [false, 11, false, false, false, true]],
    [
      'begins without a marker where models do so',
      { markers: { ...markers, isImplicit: true }, output: [3, 20, 21] },
      [false, false, false, true],
    ],
  ])('%s', (_, options, expected) => {
    expect(follow(options)).toEqual(expected);
  });
});
