import { afterEach, describe, expect, it } from 'vitest';
import { createToyEngine, FakeGrammars, tokensOnly, toRequest } from './testing/index.js';
import type { ConstraintSettings } from './scheduler/output-constraint.js';
import type { ToyEngine } from './testing/index.js';

const EOS = 31;
const END = { eosTokenId: EOS, allStopTokenIds: [EOS] };
const markers = { start: [[10]], end: [[20]], isImplicit: false };

let grammars: FakeGrammars;
let engine: ToyEngine;

function start(settings: Partial<ConstraintSettings> = {}): ToyEngine {
  grammars = new FakeGrammars();
  engine = createToyEngine({}, undefined, { grammars, constrainThoughts: false, ...settings });
  return engine;
}

afterEach(() => engine.core.close());

async function answerTo(requestId: string): Promise<{ tokenIds: readonly number[]; finishReason: unknown }> {
  const { tokenIds, last } = await engine.log.answer(requestId);
  return { tokenIds, finishReason: last.finishReason };
}

describe('constrained outputs', () => {
  it('are what their grammar says, each its own, and end with it', async () => {
    const { core } = start();
    const texts = ['3 4 5', '6', '7 7', '1 2', '9 8'];
    texts.forEach((text, index) =>
      core.add(toRequest(`r${index}`, [1, 2, index], { sampling: { ...END, structuredOutputs: tokensOnly(text) } })),
    );
    core.add(toRequest('free', [1, 2]));
    const answers = await Promise.all(texts.map((_, index) => answerTo(`r${index}`)));
    expect(answers.map(({ tokenIds, finishReason }) => [tokenIds, finishReason])).toEqual(
      texts.map((text) => [[...text.split(' ').map(Number), EOS], 'stop']),
    );
    await answerTo('free');
    expect(grammars.open).toBe(0);
  });

  it('end where nothing may follow and no token ends', async () => {
    const { core } = start();
    core.add(toRequest('a', [1], { sampling: { ignoreEos: true, structuredOutputs: tokensOnly('3') } }));
    expect(await answerTo('a')).toMatchObject({ tokenIds: [3], finishReason: 'stop' });
  });

  it('keep to their grammar whatever else they are told', async () => {
    const { core } = start();
    const sampling = { ...END, minTokens: 8, logitBias: new Map([[4, 100]]), badWordsTokenIds: [[3]] };
    core.add(toRequest('a', [1], { sampling: { ...sampling, structuredOutputs: tokensOnly('3 5') } }));
    expect(await answerTo('a')).toMatchObject({ tokenIds: [3, 5, EOS], finishReason: 'stop' });
  });

  it('fail alone, before their first token or after it', async () => {
    const { core } = start();
    for (const text of ['broken', '5 broken', '6']) {
      core.add(toRequest(text, [1], { sampling: { ...END, structuredOutputs: tokensOnly(text) } }));
    }
    const answers = await Promise.all(['broken', '5 broken', '6'].map((id) => answerTo(id)));
    expect(answers.map(({ tokenIds, finishReason }) => [tokenIds, finishReason])).toEqual([
      [[], 'error'],
      [[5], 'error'],
      [[6, EOS], 'stop'],
    ]);
    expect(grammars.open).toBe(0);
  });

  it('are given up when aborted, compiled or not', async () => {
    const { core } = start();
    core.add(toRequest('early', [1], { sampling: { ...END, structuredOutputs: tokensOnly('3') } }));
    core.abort(['early']);
    core.add(toRequest('next', [1], { sampling: { ...END, structuredOutputs: tokensOnly('4') } }));
    expect(await answerTo('next')).toMatchObject({ tokenIds: [4, EOS] });
    expect(engine.log.outputsOf('early')).toEqual([]);
    expect(grammars.open).toBe(0);
  });

  it('begin after the thought, when there is one', async () => {
    const { core } = start({ thoughtMarkers: markers });
    const sampling = { ...END, maxTokens: 40, thinkingTokenBudget: 2, structuredOutputs: tokensOnly('3') };
    core.add(toRequest('a', [1, 10], { sampling, reasoningEnded: false }));
    core.add(toRequest('b', [1, 10], { sampling, reasoningEnded: true }));
    const { tokenIds } = await answerTo('a');
    expect(tokenIds.slice(2)).toEqual([20, 3, EOS]);
    expect(await answerTo('b')).toMatchObject({ tokenIds: [3, EOS] });
  });

  it('hold for thoughts, too, when the operator wants it', async () => {
    const { core } = start({ thoughtMarkers: markers, constrainThoughts: true });
    core.add(
      toRequest('a', [1, 10], { sampling: { ...END, structuredOutputs: tokensOnly('3') }, reasoningEnded: false }),
    );
    expect(await answerTo('a')).toMatchObject({ tokenIds: [3, EOS] });
  });
});

describe('a thinking budget', () => {
  it.each([
    ['ends the thought that the prompt began', [1, 10], { thinkingTokenBudget: 3 }, 3],
    ['counts what the prompt has of it', [1, 10, 4, 5], { thinkingTokenBudget: 3 }, 1],
    ['may be used up by the prompt', [1, 10, 4, 5], { thinkingTokenBudget: 0 }, 0],
  ])('%s', async (_, prompt, budget, length) => {
    const { core } = start({ thoughtMarkers: markers });
    const biased = { ...budget, maxTokens: 12, logitBias: new Map([[20, -100]]) };
    core.add(toRequest('a', prompt, { sampling: biased }));
    // Whether the client is shown the thought does not matter.
    core.add(toRequest('hidden', prompt, { sampling: biased, reasoningEnded: true }));
    core.add(toRequest('free', prompt, { sampling: { ...biased, thinkingTokenBudget: undefined } }));
    const { tokenIds } = await answerTo('a');
    expect([tokenIds.indexOf(20), tokenIds.length]).toEqual([length, 12]);
    expect((await answerTo('hidden')).tokenIds).toEqual(tokenIds);
    const free = (await answerTo('free')).tokenIds;
    expect([free.includes(20), free.slice(0, length)]).toEqual([false, tokenIds.slice(0, length)]);
  });

  it('leaves an answer without a thought as it is', async () => {
    const { core } = start({ thoughtMarkers: markers });
    const unbiased = { maxTokens: 12, logitBias: new Map([[10, -100]]) };
    core.add(toRequest('a', [1, 10, 20], { sampling: { ...unbiased, thinkingTokenBudget: 0 } }));
    core.add(toRequest('free', [1, 10, 20], { sampling: unbiased }));
    expect(await answerTo('a')).toEqual(await answerTo('free'));
  });

  it('does not touch an answer that a grammar holds', async () => {
    const { core } = start({ thoughtMarkers: markers });
    const sampling = { ...END, thinkingTokenBudget: 0, structuredOutputs: tokensOnly('20 3') };
    core.add(toRequest('a', [1, 10], { sampling, reasoningEnded: true }));
    expect(await answerTo('a')).toMatchObject({ tokenIds: [20, 3, EOS] });
  });
});
