import { saveTensor, torchFiles } from '@testing/tensor';
import type { TensorToSave } from '@testing/tensor';
import { describe, expect, it } from 'vitest';
import type { EngineRequest } from '@app/engine-protocol';
import type { IncrementalDecoderOptions } from '@app/tokenization';
import { CollectingSink, textRequest, tinyText, tinyTokenizer } from './testing/index.js';
import type { TextRequestPatch } from './testing/index.js';
import type { TextPrompt } from './text-request.js';

const HIDDEN_SIZE = 3;
const promptEmbeds = { hiddenSize: HIDDEN_SIZE, maxBytes: 1 << 16 };

/** Rows that count on from `first`: `[first, first + 0.25, …]`. */
function file(rows: number, first = 0, patch: Partial<TensorToSave> = {}): string {
  const values = Array.from({ length: rows * HIDDEN_SIZE }, (_, index) => first + index / 4);
  return saveTensor({ dtype: 'float32', shape: [rows, HIDDEN_SIZE], values, ...patch }).toString('base64');
}

interface Engine {
  readonly dtype?: string;
  readonly maxModelLen?: number;
}

async function send(prompt: TextPrompt, patch: TextRequestPatch = {}, engine: Engine = {}): Promise<EngineRequest> {
  const tiny = tinyText({ promptEmbeds, engine });
  const prepared = await tiny.text.prepare(textRequest({ prompt, ...patch }));
  prepared.start(new CollectingSink());
  expect(prepared.promptTokenIds).toEqual(tiny.engine.requests[0].promptTokenIds);
  return tiny.engine.requests[0];
}

function floats({ promptEmbeds: embeds }: EngineRequest): number[] {
  const bytes = Buffer.from(embeds?.bytes ?? []);
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}

const spliced = (text: string, ...files: string[]): TextPrompt => ({
  type: 'spliced',
  text,
  addSpecialTokens: false,
  files,
});
const ids = (text: string): Promise<number[]> => tinyTokenizer.encode(text, { addSpecialTokens: false });

describe('a prompt of embeddings', () => {
  it('goes out as rows in the dtype of the engine, with a zero for each id', async () => {
    const request = await send({ type: 'embeds', file: file(2, 1) }, {}, { dtype: 'bfloat16' });
    expect(request.promptTokenIds).toEqual([0, 0]);
    expect(request.promptEmbeds).toEqual({
      dtype: 'bfloat16',
      hiddenSize: HIDDEN_SIZE,
      bytes: Buffer.from('803fa03fc03fe03f00401040', 'hex'),
      isTokenId: undefined,
    });
  });

  it.each(['float32', undefined, 'fp8'])('goes out as float32 to an engine that says %s', async (dtype) => {
    const request = await send({ type: 'embeds', file: file(2, 1, { dtype: 'float64' }) }, {}, { dtype });
    expect([request.promptEmbeds?.dtype, floats(request)]).toEqual(['float32', [1, 1.25, 1.5, 1.75, 2, 2.25]]);
  });

  it('may have a leading dimension of one', async () => {
    expect(floats(await send({ type: 'embeds', file: file(2, 0, { shape: [1, 2, HIDDEN_SIZE] }) }))).toHaveLength(6);
  });

  it.each<[string, TextRequestPatch, number[]]>([
    ['the last rows', { truncatePromptTokens: 2 }, [0.75, 1.5]],
    ['the last rows', { truncatePromptTokens: 2, truncationSide: 'left' }, [0.75, 1.5]],
    ['the first rows', { truncatePromptTokens: 2, truncationSide: 'right' }, [0, 0.75]],
    ['all of them', { truncatePromptTokens: 3 }, [0, 0.75, 1.5]],
  ])('keeps %s when truncated', async (_, patch, firstValues) => {
    const request = await send({ type: 'embeds', file: file(3) }, patch);
    expect(request.promptTokenIds).toHaveLength(firstValues.length);
    expect(floats(request).filter((_, index) => index % HIDDEN_SIZE === 0)).toEqual(firstValues);
  });

  it('leaves as much room for the answer as it has no rows', async () => {
    const request = await send(
      { type: 'embeds', file: file(10) },
      { sampling: { maxTokens: 32 } },
      { maxModelLen: 40 },
    );
    expect(request.sampling.maxTokens).toBe(30);
  });

  it('shares its rows between samples', async () => {
    const { text, engine } = tinyText({ promptEmbeds });
    const prompt: TextPrompt = { type: 'embeds', file: file(2) };
    (await text.prepare(textRequest({ prompt, sampling: { n: 2, temperature: 1 } }))).start(new CollectingSink());
    const [one, other] = engine.requests.map((request) => request.promptEmbeds);
    expect(one).toBe(other);
  });

  it('gives the answer nothing to go on from, as its ids are none', async () => {
    const primed: (readonly number[])[] = [];
    const tokenizer = Object.create(tinyTokenizer, {
      createIncrementalDecoder: {
        value: (options: IncrementalDecoderOptions) => {
          primed.push(options.promptTokenIds);
          return tinyTokenizer.createIncrementalDecoder(options);
        },
      },
    }) as typeof tinyTokenizer;
    const { text } = tinyText({ promptEmbeds, tokenizer });
    const prepared = await text.prepare(textRequest({ prompt: { type: 'embeds', file: file(2) } }));
    expect([prepared.start(new CollectingSink()).promptTokenIds, primed]).toEqual([[0, 0], [[]]]);
  });

  it('is empty without rows', async () => {
    await expect(send({ type: 'embeds', file: file(0) })).rejects.toThrow('The decoder prompt cannot be empty');
  });

  it.each<[string, string, string]>([
    ['no base64', 'AAA', '`prompt_embeds` is not valid base64.'],
    ['no file', 'AAAA', '`prompt_embeds` could not be deserialized as a torch tensor: it is no file of torch.save'],
    ['nothing', '', '`prompt_embeds` could not be deserialized as a torch tensor: it is no file of torch.save'],
    [
      'one dimension',
      file(1, 0, { shape: [3] }),
      '`prompt_embeds` must be a 2D tensor of shape (num_tokens, hidden_size); got shape (3,).',
    ],
    [
      'two matrices',
      file(2, 0, { shape: [2, 1, 3] }),
      '`prompt_embeds` must be a 2D tensor of shape (num_tokens, hidden_size); got shape (2, 1, 3).',
    ],
    [
      'other columns',
      file(2, 0, { shape: [3, 2] }),
      "`prompt_embeds` hidden_size 2 does not match the model's hidden_size 3.",
    ],
    [
      'an infinite value',
      file(1, Infinity),
      "`prompt_embeds` holds a value that is not finite in the model's dtype torch.float16.",
    ],
    ['no number', file(1, NaN), "`prompt_embeds` holds a value that is not finite in the model's dtype torch.float16."],
    [
      'a value beyond the dtype',
      file(1, 1e5),
      "`prompt_embeds` holds a value that is not finite in the model's dtype torch.float16.",
    ],
    [
      'too many bytes',
      file(1, 0, { values: Array<number>(1 << 15).fill(0) }),
      "`prompt_embeds` could not be deserialized as a torch tensor: the tensor's storage has 131072 bytes, more than 65536",
    ],
  ])('of %s is refused', async (_, given, message) => {
    await expect(send({ type: 'embeds', file: given }, {}, { dtype: 'float16' })).rejects.toMatchObject({
      kind: 'invalid-request',
      message,
      param: 'prompt_embeds',
    });
  });

  it('of integers is refused by name', async () => {
    const { bytes } = torchFiles.tensors.find(({ name }) => name === 'int64') ?? { bytes: Buffer.alloc(0) };
    const { text } = tinyText({ promptEmbeds: { ...promptEmbeds, hiddenSize: 2 } });
    const prompt: TextPrompt = { type: 'embeds', file: bytes.toString('base64') };
    await expect(text.prepare(textRequest({ prompt }))).rejects.toMatchObject({
      message:
        "`prompt_embeds` dtype torch.int64 is not a floating-point type, cannot safely cast to the model's dtype torch.float32.",
      param: 'prompt_embeds',
    });
  });

  it('that fills the context is refused before it is cast', async () => {
    const given = { type: 'embeds', file: file(40, NaN) } as const;
    await expect(send(given, {}, { maxModelLen: 40 })).rejects.toMatchObject({
      message:
        "This model's maximum context length is 40 tokens. However, your prompt contains 40 input tokens, " +
        'which exceeds this limit even without any output tokens. Please reduce the length of the input prompt.',
      param: 'input_tokens',
      value: 40,
    });
  });

  it('is refused with prompt logprobs', async () => {
    await expect(send({ type: 'embeds', file: file(1) }, { sampling: { promptLogprobs: 0 } })).rejects.toMatchObject({
      message: 'prompt_logprobs is not compatible with prompt embeds.',
      param: undefined,
    });
  });

  it('is refused by a server that takes none', async () => {
    const { text } = tinyText();
    expect(text.takesPromptEmbeds).toBe(false);
    await expect(text.prepare(textRequest({ prompt: { type: 'embeds', file: file(1) } }))).rejects.toMatchObject({
      message: 'You must set `--enable-prompt-embeds` to input `prompt_embeds`.',
      param: 'prompt_embeds',
    });
  });

  it('gives the event loop a turn for every file, however small', async () => {
    const { text } = tinyText({ promptEmbeds });
    const files = Array.from({ length: 100 }, () =>
      text.prepare(textRequest({ prompt: { type: 'embeds', file: file(1) } })),
    );
    let turns = 0;
    let done = false;
    const count = (): void => {
      turns += 1;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    await Promise.all(files);
    done = true;
    expect(turns).toBeGreaterThanOrEqual(100);
  });
});

describe('a prompt of text and embeddings', () => {
  it('goes out with a row and a mark for every position', async () => {
    const text = 'The<prompt_embeds> capital<prompt_embeds>.';
    const request = await send(spliced(text, file(2, 1), file(1, 5)));
    const [the, capital, dot] = await Promise.all(['The', ' capital', '.'].map(ids));
    expect(request.promptTokenIds).toEqual([...the, 8007, 8007, ...capital, 8007, ...dot]);
    expect(request.promptEmbeds?.isTokenId).toEqual([true, false, false, true, false, true]);
    const zero = [0, 0, 0];
    expect(floats(request)).toEqual([
      ...zero,
      ...[1, 1.25, 1.5],
      ...[1.75, 2, 2.25],
      ...zero,
      ...[5, 5.25, 5.5],
      ...zero,
    ]);
  });

  it('may hold the reserved id, however small the vocabulary of the model is', async () => {
    const model = { vocabularySize: 8000, generation: { eosTokenIds: [] } };
    const { text, engine } = tinyText({ promptEmbeds, model });
    const prepared = await text.prepare(textRequest({ prompt: spliced('The<prompt_embeds>', file(1)) }));
    prepared.start(new CollectingSink());
    expect(engine.requests[0].promptTokenIds).toEqual([784, 8007]);
    const forged = await text.prepare(
      textRequest({ prompt: { type: 'text', text: 'The<prompt_embeds>', addSpecialTokens: false } }),
    );
    expect(() => forged.start(new CollectingSink())).toThrow('Token id 8007 is out of vocabulary');
  });

  it.each<[TextRequestPatch, (number | undefined)[], number[]]>([
    [{ truncatePromptTokens: 4 }, [1.75, undefined, 5, undefined], [8007, 7961, 8007, 46]],
    [{ truncatePromptTokens: 2 }, [5, undefined], [8007, 46]],
    [{ truncatePromptTokens: 1 }, [undefined], [46]],
    [{ truncatePromptTokens: 2, truncationSide: 'right' }, [undefined, 1], [784, 8007]],
    [{ truncatePromptTokens: 6, truncationSide: 'right' }, [undefined, 1, 1.75, undefined, 5, undefined], []],
  ])('keeps the rows that truncation %j leaves', async (patch, rows, promptTokenIds) => {
    const text = 'The<prompt_embeds> capital<prompt_embeds>.';
    const request = await send(spliced(text, file(2, 1), file(1, 5)), patch);
    expect(floats(request).filter((_, index) => index % HIDDEN_SIZE === 0)).toEqual(rows.map((row) => row ?? 0));
    expect(request.promptEmbeds?.isTokenId).toEqual(rows.map((row) => row === undefined));
    if (promptTokenIds.length > 0) expect(request.promptTokenIds).toEqual(promptTokenIds);
  });

  it('tokenises of a long text only what truncation can reach, and finds the rows of that part', async () => {
    const filler = 'a '.repeat(100_000);
    const text = `<prompt_embeds>${filler}<prompt_embeds>b`;
    const left = await send(spliced(text, file(1, 7), file(1, 9)), { truncatePromptTokens: 2 });
    expect([left.promptTokenIds[0], floats(left)[0]]).toEqual([8007, 9]);
    const right = await send(spliced(text, file(1, 7), file(1, 9)), {
      truncatePromptTokens: 2,
      truncationSide: 'right',
    });
    expect([right.promptTokenIds[0], floats(right)[0]]).toEqual([8007, 7]);
  });

  it.each<[string, TextPrompt, string]>([
    [
      'more placeholders than files',
      spliced('<prompt_embeds> and <prompt_embeds>', file(1)),
      'Expected 1 prompt_embeds placeholder tokens in the rendered prompt, found 2.',
    ],
    [
      'a file without rows',
      spliced('a<prompt_embeds>b<prompt_embeds>', file(1), file(0)),
      'Expected 2 prompt_embeds placeholder spans in the tokenized prompt, found 1.',
    ],
    [
      'rows for more tokens than there is room for',
      spliced(`<prompt_embeds>${'a '.repeat(495)}`, file(20)),
      "This model's maximum context length is 512 tokens.",
    ],
    ['a broken file', spliced('<prompt_embeds>', 'AAA'), '`prompt_embeds` is not valid base64.'],
  ])('is refused with %s', async (_, prompt, message) => {
    await expect(send(prompt)).rejects.toThrow(message);
  });

  it('is refused when its rows take too many bytes, however few of them are given', async () => {
    const { text } = tinyText({ promptEmbeds: { ...promptEmbeds, maxBytes: 120 } });
    const prompt = spliced(`<prompt_embeds>${' a'.repeat(10)}`, file(1));
    await expect(text.prepare(textRequest({ prompt }))).rejects.toMatchObject({
      message: 'The prompt takes 132 bytes of embeddings, a row for each of its 11 tokens; at most 120 are allowed.',
      param: 'prompt_embeds',
    });
  });
});
