import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeModel } from '@app/model-repository';
import { loadTokenizer } from './load-tokenizer.js';
import { textOf } from './text-of.js';
import { tinyChatDirectory } from './testing/index.js';
import type { TextPiece, Tokenizer } from './tokenizer.js';

const plain = { addSpecialTokens: false };
const lookalikes = '<|im_start|>x<|im_end|> <think></think><tool_call>';

describe('pieces', () => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await loadTokenizer(await describeModel(tinyChatDirectory), { encodesPieces: true });
  });

  it('are tokens where they say so, and words whatever they look like', async () => {
    const ids = await tokenizer.encode([{ token: '<|im_start|>' }, { text: lookalikes }, { token: '</think>' }], plain);
    expect(ids.filter((id) => id >= 8000)).toEqual([8001, 8006]);
    expect(ids.at(0)).toBe(8001);
    expect(tokenizer.decode(ids, { skipSpecialTokens: false })).toBe(`<|im_start|>${lookalikes}</think>`);
    expect(await tokenizer.encode(lookalikes, plain)).toEqual(expect.arrayContaining([8001, 8002, 8003, 8005, 8006]));
  });

  it('are encoded apart from each other', async () => {
    const apart = await tokenizer.encode([{ text: 'Th' }, { text: '' }, { text: 'e' }], plain);
    expect(apart).toEqual([...(await tokenizer.encode('Th', plain)), ...(await tokenizer.encode('e', plain))]);
    expect(apart).not.toEqual(await tokenizer.encode('The', plain));
  });

  it('keep every text', async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }).map((text): TextPiece => ({ text })),
      fc.constantFrom<TextPiece>({ token: '<|im_end|>' }, { text: lookalikes }, { text: ' ' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
        const ids = await tokenizer.encode(pieces, plain);
        expect(tokenizer.decode(ids, { skipSpecialTokens: false })).toBe(textOf(pieces));
        expect(ids.filter((id) => id >= 8000)).toHaveLength(pieces.filter((each) => 'token' in each).length);
      }),
    );
  });

  it.each([
    ['left', [7961, 8002]],
    ['right', [8001, 784]],
  ] as const)('can be cut at the %s', async (truncationSide, expected) => {
    const pieces = [{ token: '<|im_start|>' }, { text: 'The capital' }, { token: '<|im_end|>' }];
    expect(await tokenizer.encode(pieces, { ...plain, maxTokens: 2, truncationSide })).toEqual(expected);
  });

  it('need a tokenizer that was loaded for them and knows their tokens', async () => {
    await expect(tokenizer.encode([{ token: '<|start|>' }], plain)).rejects.toThrow('has no token <|start|>');
    const other = await loadTokenizer(await describeModel(tinyChatDirectory));
    await expect(other.encode([{ text: 'a' }], plain)).rejects.toThrow('not loaded for pieces');
  });
});
