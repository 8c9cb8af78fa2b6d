import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { promptAlone, toBestBeams, toNextBeams, toPath } from './beam-step.js';
import type { Beam, BeamOffer, BeamRules } from './beam-step.js';

const END = 0;

/** What follows the tokens so far. */
type ToyModel = (tokens: readonly number[]) => readonly BeamOffer[];

const tokensOf = (beam: Beam | undefined): readonly number[] => toPath(beam).map(({ tokenId }) => tokenId);

function search(model: ToyModel, steps: number, rules: Partial<BeamRules>): readonly (readonly number[])[] {
  const all = { width: 1, lengthPenalty: 1, endTokenIds: new Set([END]), keepsOffers: false, ...rules };
  let state = promptAlone;
  for (let step = 0; step < steps && state.live.length > 0; step++) {
    state = toNextBeams(
      state,
      state.live.map((beam) => model(tokensOf(beam))),
      all,
    );
  }
  return toBestBeams(state, all).map(tokensOf);
}

const offers = (...logprobs: readonly (readonly [tokenId: number, logprob: number])[]): BeamOffer[] =>
  logprobs.map(([tokenId, logprob]) => ({ tokenId, logprob }));

/** By the tokens so far, as text. */
const table =
  (rows: Readonly<Record<string, BeamOffer[]>>): ToyModel =>
  (tokens) =>
    rows[tokens.join(' ')] ?? [];

const forked = table({
  '': offers([1, -1], [2, -1.5], [END, -3]),
  '1': offers([3, -2], [4, -2.5]),
  '2': offers([5, -0.25], [END, -0.5]),
  '1 3': offers([6, -1], [7, -1]),
  '2 5': offers([END, -1], [8, -3]),
});

describe('beam search', () => {
  it.each<[string, number, Partial<BeamRules>, readonly (readonly number[])[]]>([
    ['one beam takes the likeliest token each time', 3, {}, [[1, 3, 6]]],
    ['no step leaves the prompt alone', 0, { width: 3 }, [[]]],
    [
      'two beams find the way that begins worse',
      2,
      { width: 2, lengthPenalty: 0 },
      [
        [2, 5],
        [2, END],
      ],
    ],
    [
      'a beam that ends takes no place',
      3,
      { width: 2, lengthPenalty: 0 },
      [
        [2, END],
        [2, 5, END],
      ],
    ],
    [
      'a penalty above 0 favours long beams, their end counted',
      3,
      { width: 2 },
      [
        [2, 5, END],
        [2, END],
      ],
    ],
    ['one below 0 short ones', 3, { width: 2, lengthPenalty: -2 }, [[END], [2, END]]],
    ['nothing ends without end tokens', 1, { width: 3, endTokenIds: new Set() }, [[1], [2], [END]]],
    ['fewer ways than beams', 1, { width: 9 }, [[1], [2], [END]]],
    [
      'the first of equals is the better one',
      3,
      { width: 2, endTokenIds: new Set([2]) },
      [
        [1, 3, 6],
        [1, 3, 7],
      ],
    ],
  ])('%s', (_, steps, rules, expected) => {
    expect(search(forked, steps, rules)).toEqual(expected);
  });

  it('puts a beam that ended before an equal one that was cut off', () => {
    const model = table({ '': offers([1, -2], [END, -2]) });
    expect(search(model, 1, { width: 2 })).toEqual([[END], [1]]);
  });

  it('takes impossible tokens for the worst', () => {
    const model = table({ '': offers([1, -Infinity], [2, -Infinity], [3, -9]) });
    expect(search(model, 1, { width: 3 })).toEqual([[3], [1], [2]]);
  });

  it('keeps what was offered only where it is to be shown', () => {
    const first = offers([1, -1], [2, -2]);
    const rules = { width: 1, lengthPenalty: 1, endTokenIds: new Set<number>(), keepsOffers: true };
    expect(toNextBeams(promptAlone, [first], rules).live[0]?.offers).toBe(first);
    expect(toNextBeams(promptAlone, [first], { ...rules, keepsOffers: false }).live[0]?.offers).toBeUndefined();
  });
});

/** A model over 3 tokens, END one of them, with a table for every way of up to 3 tokens. */
const anyModel = fc.array(fc.tuple(logprob(), logprob(), logprob()), { minLength: 40, maxLength: 40 }).map(
  (rows): ToyModel =>
    (tokens) =>
      rows[tokens.reduce((place, token) => place * 3 + token + 1, 0) % rows.length].map((value, tokenId) => ({
        tokenId,
        logprob: value,
      })),
);

function logprob() {
  return fc.integer({ min: -50, max: -1 }).map((eighths) => eighths / 8);
}

/** Every text of the model with its score, however unlikely. */
function everyText(model: ToyModel, steps: number, lengthPenalty: number): { tokens: number[]; score: number }[] {
  const texts: { tokens: number[]; score: number }[] = [];
  const walk = (tokens: readonly number[], sum: number): void => {
    if (tokens.length === steps || tokens.at(-1) === END) {
      texts.push({ tokens: [...tokens], score: sum / tokens.length ** lengthPenalty });
      return;
    }
    for (const { tokenId, logprob: value } of model(tokens)) walk([...tokens, tokenId], sum + value);
  };
  walk([], 0);
  return texts;
}

describe('beam search over any small model', () => {
  const steps = fc.integer({ min: 1, max: 4 });
  const penalty = fc.constantFrom(-1, 0, 0.5, 1, 2);

  it('finds the best of all texts when it is as wide as there are texts', () => {
    fc.assert(
      fc.property(anyModel, steps, penalty, (model, count, lengthPenalty) => {
        const all = everyText(model, count, lengthPenalty);
        const scores = new Map(all.map(({ tokens, score }) => [tokens.join(' '), score]));
        const found = search(model, count, { width: all.length, lengthPenalty });
        expect(new Set(found.map((tokens) => tokens.join(' ')))).toEqual(new Set(scores.keys()));
        const inOrder = found.map((tokens) => scores.get(tokens.join(' ')) ?? NaN);
        expect(inOrder).toEqual([...inOrder].sort((a, b) => b - a));
      }),
    );
  });

  it('never does worse than the likeliest token each time, ends aside', () => {
    fc.assert(
      fc.property(anyModel, steps, fc.integer({ min: 1, max: 5 }), (model, count, width) => {
        const rules = { lengthPenalty: 0, endTokenIds: new Set<number>() };
        const sum = (tokens: readonly number[]) =>
          tokens.reduce((total, token, at) => total + model(tokens.slice(0, at))[token].logprob, 0);
        const [greedy] = search(model, count, rules);
        let tokens: readonly number[] = [];
        for (let step = 0; step < count; step++) {
          const next = [...model(tokens)].sort((a, b) => b.logprob - a.logprob)[0];
          tokens = [...tokens, next.tokenId];
        }
        expect(greedy).toEqual(tokens);
        const found = search(model, count, { ...rules, width });
        expect(found).toHaveLength(Math.min(width, 3 ** count));
        expect(new Set(found.map(String)).size).toBe(found.length);
        expect(found.map(sum)).toEqual(found.map(sum).sort((a, b) => b - a));
      }),
    );
  });

  it('carries only ended beams that can still be in the result, and loses none that is', () => {
    fc.assert(
      fc.property(anyModel, steps, penalty, fc.integer({ min: 1, max: 3 }), (model, count, lengthPenalty, width) => {
        // The same by the letter: everything that ended is kept until the end.
        const ended: { tokens: number[]; score: number }[] = [];
        let live: { tokens: number[]; sum: number }[] = [{ tokens: [], sum: 0 }];
        for (let step = 0; step < count; step++) {
          const longer = live.flatMap(({ tokens, sum }) =>
            model(tokens).map((offer) => ({ tokens: [...tokens, offer.tokenId], sum: sum + offer.logprob })),
          );
          for (const { tokens, sum } of longer) {
            if (tokens.at(-1) === END) ended.push({ tokens, score: sum / tokens.length ** lengthPenalty });
          }
          live = longer
            .filter(({ tokens }) => tokens.at(-1) !== END)
            .sort((a, b) => b.sum - a.sum)
            .slice(0, width);
        }
        const all = [
          ...ended,
          ...live.map(({ tokens, sum }) => ({ tokens, score: sum / tokens.length ** lengthPenalty })),
        ];
        const expected = all.sort((a, b) => b.score - a.score).slice(0, width);
        expect(search(model, count, { width, lengthPenalty })).toEqual(expected.map(({ tokens }) => tokens));
      }),
    );
  });
});
