import { describe, expect, it } from 'vitest';
import { TokenHistory } from '../sampler/token-history.js';
import { ThoughtBudget } from './thought-budget.js';
import type { ThoughtBudgetOptions } from './thought-budget.js';

const markers = { start: [[10, 11], [12]], end: [[20, 21], [22], [23]], isImplicit: false };

/** The token that is forced before each token, and at the end. */
function follow({
  prompt = [1],
  output,
  ...options
}: { prompt?: number[]; output: number[]; maxTokens: number } & Partial<ThoughtBudgetOptions>) {
  const history = new TokenHistory(prompt);
  const budget = new ThoughtBudget(history, { markers, ended: undefined, ...options });
  const forced = [budget.forcedTokenId];
  for (const tokenId of output) {
    history.push(tokenId);
    budget.advance();
    forced.push(budget.forcedTokenId);
  }
  return forced;
}

const free = undefined;
const implicit = { ...markers, isImplicit: true };

describe('the budget of a thought', () => {
  it.each<readonly [string, Parameters<typeof follow>[0], (number | undefined)[]]>([
    ['is for the thought of the prompt', { prompt: [10, 11], maxTokens: 1, output: [3, 20, 21] }, [free, 20, 21, free]],
    ['has been used by the prompt', { prompt: [12, 3, 4], maxTokens: 2, output: [22] }, [22, free]],
    ['begins with a marker', { maxTokens: 1, output: [10, 3, 10, 11, 3] }, [free, free, free, free, free, 20]],
    ['may be nothing', { maxTokens: 0, output: [10, 11, 20, 21, 4] }, [free, free, 20, 21, free, free]],
    ['is over with any end', { maxTokens: 2, output: [12, 3, 23, 4, 5] }, [free, free, free, free, free, free]],
    ['is whole for the next thought', { maxTokens: 1, output: [12, 3, 22, 12, 3] }, [free, free, 22, free, free, 22]],
    ['ends with the rest of what is written', { prompt: [10, 11], maxTokens: 2, output: [3, 20] }, [free, free, 21]],
    ['does not hold outside', { prompt: [12, 3, 22], maxTokens: 0, output: [3, 4] }, [free, free, free]],
    ['holds where thoughts need no marker', { markers: implicit, maxTokens: 1, output: [3, 20] }, [free, 20, 21]],
    ['not where there is no such thought', { markers: implicit, ended: true, maxTokens: 0, output: [] }, [free]],
    ['nor where the prompt has ended it', { markers: implicit, prompt: [22], maxTokens: 0, output: [] }, [free]],
    ['unless that was another', { markers: implicit, prompt: [22], ended: false, maxTokens: 0, output: [] }, [20]],
  ])('%s', (_, options, expected) => {
    expect(follow(options)).toEqual(expected);
  });
});
