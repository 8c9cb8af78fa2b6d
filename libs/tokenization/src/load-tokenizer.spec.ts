import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Tokenizer as Binding } from 'tokenizers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeModel } from '@app/model-repository';
import { loadTokenizer, PROMPT_EMBEDS_TOKEN } from './load-tokenizer.js';
import { sentencePieceFile, tinyChatDirectory } from './testing/index.js';
import type { IncrementalDecoderOptions, Tokenizer } from './tokenizer.js';

/** Every push, then the end. */
function stream(
  tokenizer: Tokenizer,
  ids: readonly number[],
  options: Partial<IncrementalDecoderOptions> = {},
): string[] {
  const decoder = tokenizer.createIncrementalDecoder({
    promptTokenIds: [],
    skipSpecialTokens: true,
    spacesBetweenSpecialTokens: true,
    ...options,
  });
  return [...ids.map((id) => decoder.push(id)), decoder.finish()];
}

describe('a byte-level tokenizer', () => {
  let tokenizer: Tokenizer;
  let binding: Binding;

  beforeAll(async () => {
    tokenizer = await loadTokenizer(await describeModel(tinyChatDirectory));
    binding = Binding.fromFile(join(tinyChatDirectory, 'tokenizer.json'));
  });

  it('describes itself', () => {
    const { vocabularySize, maxCharsPerToken, bosTokenId, eosTokenId, specialTokens } = tokenizer;
    expect({ vocabularySize, maxCharsPerToken, bosTokenId, eosTokenId, specialTokens }).toEqual({
      vocabularySize: 8007,
      maxCharsPerToken: 39,
      bosTokenId: undefined,
      eosTokenId: 8002,
      specialTokens: { eos_token: '<|im_end|>', pad_token: '<|endoftext|>' },
    });
    expect([8000, 8001, 8002, 8003, 8006, 0, 9999].map((id) => tokenizer.isSpecial(id))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect([261, 8005, 8050].map((id) => tokenizer.piece(id))).toEqual(['Ġa', '<think>', undefined]);
    expect(['Ġa', '<think>', 'no such piece'].map((piece) => tokenizer.tokenId(piece))).toEqual([261, 8005, undefined]);
  });

  it.each([
    ['The capital of France', [784, 7961, 307, 4498]],
    ['<|im_start|>user\nhi<|im_end|>\n', [8001, 2263, 10, 7101, 8002, 10]],
    ['é 🎉 日本\n\t', [337, 32, 240, 159, 142, 137, 32, 866, 4296, 10, 9]],
    ['', []],
  ])('encodes %j', async (text, ids) => {
    expect(await tokenizer.encode(text, { addSpecialTokens: true })).toEqual(ids);
    expect(tokenizer.decode(ids, { skipSpecialTokens: false })).toBe(text);
  });

  it.each([
    [undefined, [925, 1295, 2300]],
    ['right', [925, 1295, 2300]],
    ['left', [2946, 5184, 4946]],
  ] as const)('truncates on side %s', async (truncationSide, ids) => {
    const text = ' one two three four five six';
    expect(await tokenizer.encode(text, { addSpecialTokens: true, maxTokens: 3, truncationSide })).toEqual(ids);
    expect(await tokenizer.encode(text, { addSpecialTokens: true, maxTokens: 0, truncationSide })).toEqual([]);
  });

  it.each([
    [
      'characters beyond 16 bits',
      'é🎉 a',
      [
        [0, 1],
        [1, 2],
        [1, 2],
        [1, 2],
        [1, 2],
        [2, 4],
      ],
    ],
    [
      'special tokens of the text',
      '<|im_start|>user\nhi',
      [
        [0, 12],
        [12, 16],
        [16, 17],
        [17, 19],
      ],
    ],
    ['nothing', '', []],
  ])('tells the places of tokens in code points: %s', async (_, text, offsets) => {
    const places = await tokenizer.encodeWithOffsets(text, { addSpecialTokens: true });
    expect(places).toEqual({ ids: await tokenizer.encode(text, { addSpecialTokens: true }), offsets });
  });

  it('keeps ids and places together when it truncates', async () => {
    const text = ' one two three four five six';
    const options = { addSpecialTokens: true, maxTokens: 3, truncationSide: 'left' } as const;
    expect(await tokenizer.encodeWithOffsets(text, options)).toEqual({
      ids: [2946, 5184, 4946],
      offsets: [
        [14, 19],
        [19, 24],
        [24, 28],
      ],
    });
  });

  it.each([
    ['a character in four tokens', [1460, 32, 240, 159, 142, 137, 404], [' x', ' ', '', '', '', '🎉', ' y', '']],
    ['a byte that begins nothing', [261, 240, 289], [' a', '', '\uFFFD b', '']],
    ['lone continuation bytes are held as well', [142, 142, 289], ['', '', '\uFFFD\uFFFD b', '']],
    ['the end inside a character', [261, 240, 159], [' a', '', '', '\uFFFD']],
    ['special tokens are skipped, added ones not', [261, 8001, 289, 8005, 272], [' a', '', ' b', '<think>', ' c', '']],
    ['a skipped token does not end a character', [240, 159, 8001, 142, 137], ['', '', '', '', '🎉', '']],
    ['an added token does', [240, 159, 8005], ['', '', '\uFFFD<think>', '']],
    ['an id beyond the vocabulary', [261, 8050, 1_000_000, 289], [' a', '', '', ' b', '']],
  ])('streams %s', (_, ids, expected) => {
    expect(stream(tokenizer, ids)).toEqual(expected);
  });

  it('shows special tokens when asked to', () => {
    expect(stream(tokenizer, [261, 8001, 289], { skipSpecialTokens: false })).toEqual([' a', '<|im_start|>', ' b', '']);
  });

  it.each([
    ['completes a character that the prompt began', [240, 159], [142, 137], ['', '🎉', '']],
    ['gives no text of an invalid prompt', [774, 1295, 240, 2300], [2946, 5184], [' four', ' five', '']],
    ['gives no text of a prompt cut inside a character', [774, 240], [289], [' b', '']],
    ['gives nothing for a prompt cut inside a character and no output', [774, 240], [], ['']],
  ])('%s', (_, promptTokenIds, ids, expected) => {
    expect(stream(tokenizer, ids, { promptTokenIds })).toEqual(expected);
  });

  it('streams what the library decodes, for any ids', async () => {
    const id = fc.oneof(
      fc.nat(8060),
      fc.integer({ min: 128, max: 255 }),
      fc.constantFrom(240, 159, 142, 137, 8001, 8005),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(id, { maxLength: 40 }), fc.boolean(), async (ids, skipSpecialTokens) => {
        const whole = await binding.decode(ids, skipSpecialTokens);
        const deltas = stream(tokenizer, ids, { skipSpecialTokens });
        expect(deltas.join('')).toBe(whole);
        expect(deltas.slice(0, -1).filter((delta) => delta.endsWith('\uFFFD'))).toEqual([]);
        expect(tokenizer.decode(ids, { skipSpecialTokens })).toBe(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('gives text back unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 30 }), async (text) => {
        const ids = await tokenizer.encode(text, { addSpecialTokens: false });
        expect(stream(tokenizer, ids).join('')).toBe(text);
      }),
    );
  });
});

describe('a tokenizer with another decoder', () => {
  let folder: string;
  let tokenizer: Tokenizer;
  let binding: Binding;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'aerie-tokenizer-'));
    const tokenizerFile = join(folder, 'tokenizer.json');
    writeFileSync(tokenizerFile, sentencePieceFile());
    const tokenizerConfig = {
      bos_token: { content: '<s>' },
      eos_token: '</s>',
      additional_special_tokens: ['[X]', 'gone'],
    };
    tokenizer = await loadTokenizer({ tokenizerFile, tokenizerConfig });
    binding = Binding.fromString(sentencePieceFile());
    binding.disableTruncation();
    binding.addSpecialTokens(['[X]']);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('takes special tokens of tokenizer_config.json, but adds none', () => {
    const { bosTokenId, eosTokenId, vocabularySize, specialTokens } = tokenizer;
    expect({ bosTokenId, eosTokenId, vocabularySize, specialTokens }).toEqual({
      bosTokenId: 1,
      eosTokenId: 2,
      vocabularySize: 319,
      specialTokens: { bos_token: '<s>', eos_token: '</s>' },
    });
    expect(tokenizer.isSpecial(318)).toBe(true);
  });

  it('places added tokens nowhere', async () => {
    const options = { addSpecialTokens: true, maxTokens: 2, truncationSide: 'left' } as const;
    const { ids, offsets } = await tokenizer.encodeWithOffsets('a b c', options);
    expect(ids.map((id) => tokenizer.piece(id))).toEqual(['<s>', '▁c']);
    expect(offsets).toEqual([[0, 0], expect.arrayContaining([5])]);
  });

  it('ignores the truncation of the file, and keeps the BOS when it truncates', async () => {
    const ids = await tokenizer.encode('a b c d e f', { addSpecialTokens: true });
    expect(ids.map((id) => tokenizer.piece(id))).toEqual(['<s>', '▁a', '▁b', '▁c', '▁d', '▁e', '▁f']);
    const left = await tokenizer.encode('a b c d e f', {
      addSpecialTokens: true,
      maxTokens: 3,
      truncationSide: 'left',
    });
    expect(left.map((id) => tokenizer.piece(id))).toEqual(['<s>', '▁e', '▁f']);
    const right = await tokenizer.encode('a b c d e f', { addSpecialTokens: true, maxTokens: 3 });
    expect(right.map((id) => tokenizer.piece(id))).toEqual(['<s>', '▁a', '▁b']);
  });

  it('keeps the space between the prompt and the output', async () => {
    const promptTokenIds = await tokenizer.encode('a b', { addSpecialTokens: true });
    const ids = await tokenizer.encode('c d', { addSpecialTokens: false });
    expect(stream(tokenizer, ids, { promptTokenIds })).toEqual([' c', ' d', '']);
    expect(stream(tokenizer, ids)).toEqual(['c', ' d', '']);
  });

  it('streams what the library decodes, for any text', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '.', 'é', '日', '🎉', '👨‍👩‍👧'), maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const ids = await tokenizer.encode(value, { addSpecialTokens: true });
        expect(stream(tokenizer, ids).join('')).toBe(await binding.decode(ids, true));
      }),
    );
  });

  it('decodes what the library decodes, for any ids', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(330), { maxLength: 12 }), fc.boolean(), async (ids, skipSpecialTokens) => {
        expect(tokenizer.decode(ids, { skipSpecialTokens })).toBe(await binding.decode(ids, skipSpecialTokens));
      }),
    );
  });

  it.each([
    [true, ['▁a', ' [X]', ' [X]', ' ▁b', ' [X]', '']],
    [false, ['▁a', ' [X]', '[X]', ' ▁b', ' [X]', '']],
  ])('writes spaces between added tokens: %s', async (spacesBetweenSpecialTokens, expected) => {
    const tokenizerFile = join(folder, 'no-decoder.json');
    writeFileSync(tokenizerFile, sentencePieceFile({ withDecoder: false }));
    const plain = await loadTokenizer({ tokenizerFile, tokenizerConfig: {} });
    const ids = ['▁a', '[X]', '[X]', '▁b', '[X]'].map((piece) => plain.tokenId(piece) ?? 0);
    expect(stream(plain, ids, { spacesBetweenSpecialTokens, skipSpecialTokens: false })).toEqual(expected);
  });

  it('holds a bounded number of tokens back', () => {
    const lone = tokenizer.tokenId('<0x8E>') ?? 0;
    const deltas = stream(
      tokenizer,
      Array.from({ length: 200 }, () => lone),
    );
    expect(deltas.join('')).toBe('\uFFFD'.repeat(200));
    expect(deltas.findIndex((delta) => delta !== '')).toBe(63);
  });
});

describe('a tokenizer for prompts with embeddings', () => {
  let tokenizer: Tokenizer;

  beforeAll(async () => {
    tokenizer = await loadTokenizer(await describeModel(tinyChatDirectory), { promptEmbeds: true });
  });

  it('knows the reserved word as one special token behind the vocabulary', async () => {
    const id = tokenizer.tokenId(PROMPT_EMBEDS_TOKEN);
    expect([id, tokenizer.vocabularySize, tokenizer.isSpecial(8007)]).toEqual([8007, 8007, true]);
    const plain = await loadTokenizer(await describeModel(tinyChatDirectory));
    const parts = await Promise.all(
      ['Say ', ' twice', '.'].map((text) => plain.encode(text, { addSpecialTokens: false })),
    );
    const text = 'Say <prompt_embeds> twice<prompt_embeds>.';
    expect(await tokenizer.encode(text, { addSpecialTokens: false })).toEqual([
      ...[...parts[0], 8007],
      ...[...parts[1], 8007],
      ...parts[2],
    ]);
    expect(await plain.encode(text, { addSpecialTokens: false })).not.toContain(8007);
  });

  it('shows the word only where special tokens are shown', () => {
    const ids = [784, 8007];
    expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toBe('The');
    expect(tokenizer.decode(ids, { skipSpecialTokens: false })).toBe('The<prompt_embeds>');
  });
});

describe('a tokenizer that cannot be loaded', () => {
  const tokenizerFile = join(mkdtempSync(join(tmpdir(), 'aerie-tokenizer-')), 'tokenizer.json');

  afterAll(() => {
    rmSync(join(tokenizerFile, '..'), { recursive: true, force: true });
  });

  it.each([
    ['no file', undefined, 'cannot read'],
    ['no JSON', '{', 'is not JSON:'],
    ['another file', '{"a":1}', 'is not a tokenizer of the tokenizers library'],
    ['an unknown model', '{"model":{"type":"Nope"}}', 'is not a usable tokenizer:'],
  ])('%s', async (_, content, message) => {
    if (content !== undefined) {
      writeFileSync(tokenizerFile, content);
    }
    await expect(loadTokenizer({ tokenizerFile, tokenizerConfig: {} })).rejects.toThrow(message);
  });
});
