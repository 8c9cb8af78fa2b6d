import { beforeAll, describe, expect, it } from 'vitest';
import { describeModel } from '@app/model-repository';
import { loadTokenizer } from '@app/tokenization';
import type { TextPiece, Tokenizer } from '@app/tokenization';
import { tinyChatDirectory } from '@testing/tokenization';
import { textRequest, tinyText } from './testing/index.js';
import type { TextRequestPatch } from './testing/index.js';

/** Two tokens each. */
const turn: readonly TextPiece[] = [{ token: '<|im_start|>' }, { text: ' a' }];
const turns = (count: number): readonly TextPiece[] => Array.from({ length: count }, () => turn).flat();

describe('a prompt of pieces', () => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await loadTokenizer(await describeModel(tinyChatDirectory), { encodesPieces: true });
  });

  function prepare(text: readonly TextPiece[], patch: TextRequestPatch = {}): Promise<readonly number[]> {
    const prompt = { type: 'text', text, addSpecialTokens: false } as const;
    return tinyText({ tokenizer })
      .text.prepare(textRequest({ ...patch, prompt }))
      .then(({ promptTokenIds }) => promptTokenIds);
  }

  it('is encoded', async () => {
    expect(await prepare(turns(2))).toEqual([8001, 261, 8001, 261]);
  });

  it.each([
    ['left', [261, 8001, 261]],
    ['right', [8001, 261, 8001]],
  ] as const)('is cut at the %s', async (truncationSide, expected) => {
    expect(await prepare(turns(200), { truncatePromptTokens: 3, truncationSide })).toEqual(expected);
  });

  it.each(['left', 'right'] as const)(
    'is not encoded beyond what can stay at the other side than the %s',
    async (side) => {
      const long = { text: ' a'.repeat(2_000_000) };
      const pieces = side === 'left' ? [long, ...turn] : [...turn, long];
      const expected = side === 'left' ? [8001, 261] : [8001, 261];
      expect(await prepare(pieces, { truncatePromptTokens: 2, truncationSide: side })).toEqual(expected);
    },
  );

  it('may not be longer than the context', async () => {
    await expect(prepare(turns(300))).rejects.toThrow('your prompt contains at least 513 input tokens');
    await expect(prepare([{ text: 'a'.repeat(20_000) }])).rejects.toThrow('your prompt contains 20000 characters');
  });
});
