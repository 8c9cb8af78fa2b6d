import { describe, expect, it } from 'vitest';
import type { Tokenizer } from '@app/tokenization';
import { endsWith, findLabelTokens } from './label-tokens.js';

/** Tokens are the words between spaces, and each letter of a word in capitals; `#` is special. */
const words: string[] = [];
const idOf = (word: string): number => (words.includes(word) ? words.indexOf(word) : words.push(word) - 1);
const tokenizer = {
  isSpecial: (id: number) => words[id] === '#',
  decode: (ids: readonly number[]) => ids.map((id) => words[id]).join(''),
  encode: (text: string) => Promise.resolve((text.match(/#|[A-Z]|[a-z]+| +/g) ?? []).map(idOf)),
} as Partial<Tokenizer> as Tokenizer;
const encode = (text: string) => tokenizer.encode(text, { addSpecialTokens: false });

describe('findLabelTokens', () => {
  it('finds the token that each label is behind the end of the prompt', async () => {
    const found = await findLabelTokens(tokenizer, await encode('# hello # '), [['yes', 'no'], ['A']]);
    expect(found).toEqual({
      tail: await encode(' '),
      idOf: new Map([
        ['yes', idOf('yes')],
        ['no', idOf('no')],
        ['A', idOf('A')],
      ]),
    });
  });

  it.each([
    ['is several tokens', '# ', [['YES']]],
    ['melts into the end of the prompt', '# hello', [['yes']]],
    ['is the same as another', '# ', [['yes', 'yes']]],
    ['is nothing', '# ', [['']]],
  ])('finds nothing when a label %s', async (_, prompt, labels) => {
    expect(await findLabelTokens(tokenizer, await encode(prompt), labels)).toBeUndefined();
  });
});

it.each([
  [[1, 2, 3], [2, 3], true],
  [[1, 2, 3], [], true],
  [[1, 2, 3], [1, 2], false],
  [[3], [2, 3], false],
])('endsWith(%j, %j) is %s', (ids, tail, expected) => {
  expect(endsWith(ids, tail)).toBe(expected);
});
