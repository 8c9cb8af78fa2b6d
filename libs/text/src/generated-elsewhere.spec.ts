import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CollectingSink, stepPerToken, textRequest, tinyText } from '@testing/text';
import type { ReadingSampling } from './generated-elsewhere.js';
import type { GeneratedTokens } from './stop-token.js';

const EOS = 8002;
const { text } = tinyText();
const { generatedElsewhere: elsewhere } = text;

/** All of an output, read at once. */
function readWhole(tokens: GeneratedTokens, sampling: ReadingSampling = {}, prompt: readonly number[] = []) {
  const { tokenIds: _, ...ending } = tokens;
  const delta = elsewhere.createReader(prompt, sampling, ending).read(tokens);
  return { text: delta?.text, stopReason: delta?.stopReason };
}

/** The same in pieces, with nothing kept between them but the window. */
function readPieces(
  pieces: readonly (readonly number[])[],
  tokens: GeneratedTokens,
  { prompt = [], sampling = {} }: { readonly prompt?: readonly number[]; readonly sampling?: ReadingSampling } = {},
) {
  let window = elsewhere.windowAfter(prompt, sampling);
  let read = '';
  let stopReason: number | string | undefined;
  for (const [at, tokenIds] of pieces.entries()) {
    const step = elsewhere.readOn(window, at === pieces.length - 1 ? { ...tokens, tokenIds } : { tokenIds }, sampling);
    window = JSON.parse(JSON.stringify(step.window)) as typeof window;
    read += step.text;
    stopReason = step.stopReason;
  }
  return { text: read, stopReason };
}

/** The text of an ordinary request whose engine makes these tokens. */
async function ordinary(tokens: GeneratedTokens, prompt: readonly number[]) {
  const steps = stepPerToken(tokens.tokenIds, { finish: tokens.finishReason, stopReason: tokens.stopReason as number });
  const { text: own, engine } = tinyText({ steps });
  const sink = new CollectingSink();
  const prepared = await own.prepare(
    textRequest({ prompt: { type: 'tokens', tokenIds: prompt }, sampling: { maxTokens: undefined } }),
  );
  prepared.start(sink);
  engine.run();
  return { text: sink.text(), stopReason: sink.deltas.at(-1)?.stopReason };
}

describe('tokens that were generated elsewhere', () => {
  it.each<[string, GeneratedTokens, ReadingSampling, ReturnType<typeof readWhole>]>([
    ['an EOS', { tokenIds: [261, EOS], finishReason: 'stop' }, {}, { text: ' a', stopReason: undefined }],
    ['another EOS of the model', { tokenIds: [261, 8000], finishReason: 'stop' }, {}, { text: ' a', stopReason: 8000 }],
    [
      'an EOS that is told',
      { tokenIds: [261, 8000], finishReason: 'stop', stopReason: 8000 },
      {},
      { text: ' a', stopReason: 8000 },
    ],
    [
      'a stop token of the request',
      { tokenIds: [261, 289], finishReason: 'stop' },
      { stopTokenIds: [289] },
      { text: ' a', stopReason: 289 },
    ],
    [
      'a stop token that is shown',
      { tokenIds: [261, 289], finishReason: 'stop' },
      { stopTokenIds: [289], includeStopStrInOutput: true },
      { text: ' a b', stopReason: 289 },
    ],
    [
      'another stop token than the last',
      { tokenIds: [261, 289], finishReason: 'stop', stopReason: 7 },
      {},
      { text: ' a b', stopReason: 7 },
    ],
    [
      'an EOS that ends nothing',
      { tokenIds: [261, 8000], finishReason: 'stop' },
      { ignoreEos: true, skipSpecialTokens: false },
      { text: ' a<|endoftext|>', stopReason: undefined },
    ],
    [
      'a token that stops nothing',
      { tokenIds: [261, 289], finishReason: 'stop' },
      {},
      { text: ' a b', stopReason: undefined },
    ],
    [
      'a limit',
      { tokenIds: [261, EOS], finishReason: 'length' },
      { skipSpecialTokens: false },
      { text: ' a<|im_end|>', stopReason: undefined },
    ],
    [
      'a stop string',
      { tokenIds: [261, 289, 261], finishReason: 'stop' },
      { stop: [' b'] },
      { text: ' a', stopReason: ' b' },
    ],
    [
      'a stop string that is told',
      { tokenIds: [261, 289], finishReason: 'stop', stopReason: 'b' },
      { stop: ['a'] },
      { text: ' a ', stopReason: 'b' },
    ],
    [
      'a stop string that is told, and not there',
      { tokenIds: [261, 289], finishReason: 'stop', stopReason: 'x' },
      {},
      { text: ' a b', stopReason: 'x' },
    ],
    [
      'a stop string behind a stop token',
      { tokenIds: [261, 289, 289], finishReason: 'stop', stopReason: 289 },
      { stop: ['a'] },
      { text: ' a b', stopReason: 289 },
    ],
    [
      'a stop string too early',
      { tokenIds: [261, 289, 261], finishReason: 'stop' },
      { stop: ['a'], minTokens: 2 },
      { text: ' a b ', stopReason: 'a' },
    ],
    [
      'half a character',
      { tokenIds: [261, 240, 159], finishReason: 'length' },
      {},
      { text: ' a', stopReason: undefined },
    ],
    [
      'half a character in the token of a whole one',
      { tokenIds: [261, 492], finishReason: 'length' },
      {},
      { text: ' a ', stopReason: undefined },
    ],
  ])('end with %s', (_, tokens, sampling, expected) => {
    expect(readWhole(tokens, sampling)).toEqual(expected);
    if (typeof expected.stopReason === 'string' || sampling.stop) return;
    const pieces = tokens.tokenIds.map((id) => [id]);
    expect(readPieces(pieces, tokens, { sampling })).toEqual(expected);
  });

  it('says nothing behind a stop string', () => {
    const reader = elsewhere.createReader([], { stop: ['b'] }, { finishReason: 'stop' });
    expect(reader.read({ tokenIds: [261, 289] })).toMatchObject({ text: ' a ', finishReason: 'stop', stopReason: 'b' });
    expect(reader.read({ tokenIds: [261], finishReason: 'stop' })).toBeUndefined();
  });

  it.each<[string, readonly number[], readonly number[], object]>([
    ['a word', [], [5993], { tokenIds: [5993], prefixOffset: 0, readOffset: 1 }],
    ['half a character', [], [240, 159], { tokenIds: [240, 159], prefixOffset: 0, readOffset: 0 }],
    ['two words', [], [261, 289], { tokenIds: [289], prefixOffset: 0, readOffset: 1 }],
    ['a word and half a character', [], [261, 240], { tokenIds: [261, 240], prefixOffset: 0, readOffset: 1 }],
    [
      'a character in parts',
      [261],
      [240, 159, 142, 137],
      { tokenIds: [240, 159, 142, 137], prefixOffset: 0, readOffset: 4 },
    ],
    ['no token', [1, 2, 3, 4, 5, 6, 7, 8], [], { tokenIds: [2, 3, 4, 5, 6, 7, 8], prefixOffset: 2, readOffset: 7 }],
    ['a special token', [97], [8001], { tokenIds: [97], prefixOffset: 0, readOffset: 1 }],
  ])('leave a small window behind them: %s', (_, prompt, tokenIds, expected) => {
    expect(elsewhere.readOn(elsewhere.windowAfter(prompt, {}), { tokenIds }, {}).window).toEqual(expected);
  });

  const id = fc.oneof(
    fc.nat(8064),
    fc.integer({ min: 128, max: 255 }),
    fc.constantFrom(240, 159, 142, 137, 8001, EOS, 9e9),
  );
  const ending = fc.constantFrom<Omit<GeneratedTokens, 'tokenIds'>>(
    { finishReason: 'stop' },
    { finishReason: 'length' },
  );

  it('read the same whole, in any pieces, and from an engine of its own', async () => {
    const inVocabulary = id.filter((one) => one < 8007 && one !== 8000 && one !== EOS);
    await fc.assert(
      fc.asyncProperty(
        fc.array(inVocabulary, { minLength: 1, maxLength: 9 }),
        fc.array(id, { minLength: 1, maxLength: 24 }),
        fc.array(fc.nat(24)),
        ending,
        async (prompt, output, cuts, end) => {
          const tokens = { ...end, tokenIds: end.finishReason === 'stop' ? [...output, EOS] : output };
          const whole = readWhole(tokens, {}, prompt);
          const edges = [0, ...cuts.filter((cut) => cut < tokens.tokenIds.length).sort((a, b) => a - b), Infinity];
          const pieces = edges.slice(1).map((to, at) => tokens.tokenIds.slice(edges[at], to));
          expect(readPieces(pieces, tokens, { prompt })).toEqual(whole);
          expect(await ordinary(tokens, prompt)).toEqual(whole);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['bytes that are no character', 128, '\uFFFD'],
    ['ids beyond the vocabulary', 9e9, ''],
  ])('leave a small window even behind many %s', (_, tokenId, character) => {
    const tokenIds = Array<number>(2000).fill(tokenId);
    const { text: read, window } = elsewhere.readOn(elsewhere.windowAfter([97], {}), { tokenIds }, {});
    expect(window.tokenIds.length).toBeLessThan(1024);
    const rest = elsewhere.readOn(window, { tokenIds: [261] }, {}).text;
    expect(read + rest).toBe(`${character.repeat(2000)} a`);
  });

  it('have texts of their own, ids beyond the vocabulary none', () => {
    expect([elsewhere.textOf(261, []), elsewhere.textOf(137, [240, 159, 142]), elsewhere.textOf(9e9, [])]).toEqual([
      ' a',
      '🎉',
      '',
    ]);
  });
});
