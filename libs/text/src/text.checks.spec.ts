import { InvalidRequestError } from '@app/errors';
import type { Tokenizer } from '@app/tokenization';
import { describe, expect, it, vi } from 'vitest';
import { CollectingSink, textRequest, tinyText, tinyTokenizer } from './testing/index.js';
import type { TextRequestPatch, TinyTextOptions } from './testing/index.js';

interface Refusal {
  readonly stage: 'prepare' | 'start';
  readonly message: string;
  readonly param: string | undefined;
  readonly value: unknown;
}

/** Where and how a request is refused; undefined when it is not. The engine never hears of it. */
async function refusalOf(patch: TextRequestPatch, options: TinyTextOptions = {}): Promise<Refusal | undefined> {
  const { text, engine } = tinyText(options);
  let stage: Refusal['stage'] = 'prepare';
  try {
    const prepared = await text.prepare(textRequest(patch));
    stage = 'start';
    prepared.start(new CollectingSink());
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) {
      throw error;
    }
    expect(engine.requests).toEqual([]);
    return { stage, message: error.message, param: error.param, value: error.value };
  }
  return undefined;
}

const tokens = (...tokenIds: number[]): TextRequestPatch => ({ prompt: { type: 'tokens', tokenIds } });
const prompt = (text: string): TextRequestPatch => ({ prompt: { type: 'text', text, addSpecialTokens: true } });
const many = (count: number): TextRequestPatch => tokens(...Array.from({ length: count }, () => 261));

describe('Text.prepare', () => {
  it.each<[string, TextRequestPatch['sampling'], string, string?, unknown?]>([
    [
      'logit_bias keys',
      { logitBias: { x: 1, '5': 1, "it's": 1 } },
      `logit_bias contains key(s) that cannot be converted to integer token IDs: ['x', "it's"]`,
      'logit_bias',
      ['x', "it's"],
    ],
    [
      'logit_bias not a number',
      { logitBias: { '5': Number.NaN } },
      'logit_bias must be a number, got nan for 5.',
      'logit_bias',
    ],
    ['n 0', { n: 0 }, 'n must be at least 1, got 0.'],
    ['n negative', { n: -1 }, 'n must be at least 1, got -1.'],
    [
      'n too large',
      { n: 16385 },
      'n must be at most 16384, got 16385. To increase this limit, set the VLLM_MAX_N_SEQUENCES environment variable.',
    ],
    ['n a fraction', { n: 1.5 }, 'n must be an integer, got 1.5.', 'n'],
    ['presence_penalty', { presencePenalty: -2.1 }, 'presence_penalty must be in [-2, 2], got -2.1.'],
    ['presence_penalty nan', { presencePenalty: Number.NaN }, 'presence_penalty must be in [-2, 2], got nan.'],
    ['frequency_penalty', { frequencyPenalty: 3 }, 'frequency_penalty must be in [-2, 2], got 3.0.'],
    ['repetition_penalty 0', { repetitionPenalty: 0 }, 'repetition_penalty must be greater than zero, got 0.0.'],
    [
      'repetition_penalty infinite',
      { repetitionPenalty: Infinity },
      'repetition_penalty must be a finite number, got inf.',
    ],
    [
      'temperature nan',
      { temperature: Number.NaN },
      'temperature must be a finite number, got nan.',
      'temperature',
      'nan',
    ],
    ['temperature negative', { temperature: -1 }, 'temperature must be non-negative, got -1.0.', 'temperature', '-1.0'],
    ['temperature over 2', { temperature: 2.1 }, 'temperature must be in [0, 2], got 2.1.', 'temperature', '2.1'],
    ['top_p 0', { topP: 0 }, 'top_p must be in (0, 1], got 0.0.', 'top_p', '0.0'],
    ['top_p over 1', { topP: 1.00001 }, 'top_p must be in (0, 1], got 1.00001.', 'top_p', '1.00001'],
    ['top_k', { topK: -2 }, 'top_k must be 0 (disable), or at least 1, got -2.'],
    ['min_p', { minP: 1.5 }, 'min_p must be in [0, 1], got 1.5.'],
    ['max_tokens 0', { maxTokens: 0 }, 'max_tokens must be at least 1, got 0.', 'max_tokens', '0'],
    [
      'max_completion_tokens 0, by its own name',
      { maxTokens: 0, maxTokensField: 'max_completion_tokens' },
      'max_completion_tokens must be at least 1, got 0.',
      'max_completion_tokens',
      '0',
    ],
    ['min_tokens negative', { minTokens: -1 }, 'min_tokens must be greater than or equal to 0, got -1.'],
    [
      'min_tokens over max_tokens',
      { minTokens: 5, maxTokens: 4 },
      'min_tokens must be less than or equal to max_tokens=4, got 5.',
    ],
    ['logprobs', { logprobs: -2 }, 'logprobs must be non-negative or -1, got -2.', 'logprobs', '-2'],
    [
      'prompt_logprobs',
      { promptLogprobs: -2 },
      'prompt_logprobs must be non-negative or -1, got -2.',
      'prompt_logprobs',
      '-2',
    ],
    ['stop', { stop: ['a', ''] }, 'stop cannot contain an empty string.'],
    ['bad_words', { badWords: ['a', ''] }, "bad_words cannot contain an empty string. Got bad_words=['a', '']"],
    ['greedy with n', { n: 2, temperature: 0 }, 'n must be 1 when using greedy sampling, got 2.'],
    [
      'extra args',
      { extraArgs: { a: [1, { b: 2n ** 64n }] } },
      'extra_args integers must be between -2**63 and 2**64 - 1.',
      'extra_args',
    ],
    [
      'extra args nested too deeply for the wire',
      { extraArgs: { a: JSON.parse(`${'['.repeat(64)}${']'.repeat(64)}`) as unknown } },
      'extra_args must be nested at most 64 levels deep.',
      'extra_args',
    ],
    [
      'extra args without end',
      { extraArgs: { a: Array.from({ length: 65_536 }, () => 1) } },
      'extra_args must have at most 65536 values.',
      'extra_args',
    ],
    [
      'a long stop string',
      { stop: ['a', 'b'.repeat(4097)] },
      'stop strings must have at most 4096 characters.',
      'stop',
    ],
    [
      'a long bad word',
      { badWords: ['a', 'b'.repeat(1025)] },
      'bad_words entries must have at most 1024 characters.',
      'bad_words',
    ],
    [
      'more bad words than may ever pass',
      { badWords: Array.from({ length: 100_000 }, (_, index) => `w${index}`) },
      'Too many bad words after tokenization: at least 100000. The max number is 128.',
      'bad_words',
      100_000,
    ],
    [
      'logit_bias keys too long to read',
      { logitBias: { ['1'.repeat(301)]: 1 } },
      `logit_bias contains key(s) that cannot be converted to integer token IDs: ['${'1'.repeat(301)}']`,
      'logit_bias',
      ['1'.repeat(301)],
    ],
    [
      'repetition_detection sizes',
      { repetitionDetection: { maxPatternSize: 2, minPatternSize: 3, minCount: 2 } },
      'max_pattern_size, min_pattern_size must be >=0, with min_pattern_size <= max_pattern_size. Set both to 0 to disable repetitive pattern detection.',
    ],
    [
      'repetition_detection count',
      { repetitionDetection: { maxPatternSize: 2, minPatternSize: 0, minCount: 1 } },
      'min_count must be >= 2 to detect repetitive patterns in engine output. If you do not wish to detect repetitive patterns, set max_pattern_size to 0.',
    ],
    ['seed a fraction', { seed: 1.5 }, 'seed must be an integer, got 1.5.', 'seed'],
    ['stream_interval', { streamInterval: 0 }, 'stream_interval must be at least 1, got 0.', 'stream_interval'],
    [
      'max_tokens over the context',
      { maxTokens: 1e12 },
      'max_tokens=1000000000000 cannot be greater than max_model_len=512. Please request fewer output tokens.',
      'max_tokens',
      '1000000000000',
    ],
    [
      'the first broken rule is reported',
      { minP: 2, topK: -5, n: 1 },
      'top_k must be 0 (disable), or at least 1, got -5.',
    ],
  ])('refuses %s', async (_, sampling, ...[message, param, value]) => {
    expect(await refusalOf({ sampling })).toEqual({ stage: 'prepare', message, param, value });
  });

  const tooLong = (count: string): string =>
    `This model's maximum context length is 512 tokens. However, your prompt contains ${count} input tokens, ` +
    'which exceeds this limit even without any output tokens. Please reduce the length of the input prompt.';

  it.each<[string, TextRequestPatch, string, string?, unknown?]>([
    ['a text over the context', prompt('word '.repeat(520)), tooLong('at least 513'), 'input_tokens', 513],
    ['ids over the context', many(600), tooLong('600'), 'input_tokens', 600],
    ['one id over the context', many(513), tooLong('at least 513'), 'input_tokens', 513],
    ['ids that fill the context', many(512), tooLong('512'), 'input_tokens', 512],
    [
      'ids that fill the context after truncation',
      { ...many(600), truncatePromptTokens: 512 },
      tooLong('512'),
      'input_tokens',
      512,
    ],
    [
      'a text with more characters than the context can hold',
      prompt('a'.repeat(20_000)),
      "This model's maximum context length is 512 tokens. However, your prompt contains 20000 characters (more than 19968 characters, " +
        'which is the upper bound for 512 input tokens). Please reduce the length of the input prompt.',
      'input_text',
      20_000,
    ],
    [
      'a truncation over the context',
      { truncatePromptTokens: 513 },
      'truncate_prompt_tokens=513 cannot be greater than max_model_len = 512. Please request a smaller truncation size.',
      'truncate_prompt_tokens',
      '513',
    ],
    [
      'a negative truncation',
      { truncatePromptTokens: -2 },
      'truncate_prompt_tokens must be an integer of at least -1.',
      'truncate_prompt_tokens',
      '-2',
    ],
    [
      'half a surrogate pair',
      { ...prompt('a\ud800b'), promptField: 'messages' },
      'messages holds half of a surrogate pair, which is no character.',
      'messages',
    ],
    [
      'a long session id',
      { sessionId: 's'.repeat(1025) },
      'session_id must have at most 1024 characters.',
      'session_id',
    ],
    ['a priority without bounds', { priority: 1e300 }, 'priority must be an integer of at most 53 bits.', 'priority'],
  ])('refuses %s', async (_, patch, ...[message, param, value]) => {
    expect(await refusalOf(patch)).toEqual({ stage: 'prepare', message, param, value });
  });

  it('counts code points, and only those, against the character limit', async () => {
    // 19,968 emoji fit the character limit although they have twice as many UTF-16 units; they are too many tokens.
    expect((await refusalOf(prompt('🎉'.repeat(19_968))))?.param).toBe('input_tokens');
    expect((await refusalOf(prompt('🎉'.repeat(19_969))))?.param).toBe('input_text');
  });

  it.each<[string, TextRequestPatch, readonly number[]]>([
    ['text', {}, [784, 7961, 307, 4498]],
    ['ids', tokens(5, 8050), [5, 8050]],
    ['text cut on the left', { ...prompt('one two three four five six'), truncatePromptTokens: 3 }, [2946, 5184, 4946]],
    [
      'text cut on the right',
      { ...prompt(' one two three four'), truncatePromptTokens: 2, truncationSide: 'right' },
      [925, 1295],
    ],
    ['ids cut on the left', { ...tokens(1, 2, 3), truncatePromptTokens: 2 }, [2, 3]],
    ['ids cut on the right', { ...tokens(1, 2, 3), truncatePromptTokens: 2, truncationSide: 'right' }, [1, 2]],
    ['a truncation longer than the prompt', { truncatePromptTokens: 100 }, [784, 7961, 307, 4498]],
    [
      'a cut before the context is full',
      { ...many(600), truncatePromptTokens: -1 },
      Array.from({ length: 511 }, () => 261),
    ],
  ])('takes %s', async (_, patch, expected) => {
    expect((await tinyText().text.prepare(textRequest(patch))).promptTokenIds).toEqual(expected);
  });
});

describe('Text.prepare with megabytes of prompt', () => {
  const words = ' one two three four five six';

  it.each<['left' | 'right', readonly number[]]>([
    ['left', [2946, 5184, 4946]],
    ['right', [925, 1295, 2300]],
  ])('tokenises only what a truncation on the %s can keep', async (truncationSide, expected) => {
    const encoded: number[] = [];
    const tokenizer: Tokenizer = Object.create(tinyTokenizer, {
      encode: {
        value: (text: string, options: Parameters<Tokenizer['encode']>[1]) => {
          encoded.push(text.length);
          return tinyTokenizer.encode(text, options);
        },
      },
    }) as Tokenizer;
    const { text } = tinyText({ tokenizer });
    const filler = '🎉'.repeat(1_000_000);
    const long = truncationSide === 'left' ? `${filler}x${words}` : `${words} x${filler}`;
    const request = textRequest({ ...prompt(long), truncatePromptTokens: 3, truncationSide });
    expect((await text.prepare(request)).promptTokenIds).toEqual(expected);
    expect(encoded).toHaveLength(1);
    expect(encoded[0]).toBeLessThan(20_000);
  });

  it('tokenises the bad words of many prompts once', async () => {
    const encode = vi.spyOn(tinyTokenizer, 'encode');
    const { text } = tinyText();
    const request = textRequest({ ...tokens(5), sampling: { badWords: ['Paris', 'Rome'] } });
    await Promise.all(Array.from({ length: 100 }, () => text.prepare(request)));
    expect(encode).toHaveBeenCalledTimes(4);
    encode.mockRestore();
  });
});

describe('PreparedText.start', () => {
  it.each<[string, TextRequestPatch, string, string?, unknown?, TinyTextOptions?]>([
    [
      'logprobs over the limit',
      { sampling: { logprobs: 21 } },
      'Requested sample logprobs of 21, which is greater than max allowed: 20',
      'logprobs',
      21,
    ],
    [
      'logprobs of the whole vocabulary',
      { sampling: { logprobs: -1 } },
      'Requested sample logprobs of 8064, which is greater than max allowed: 20',
      'logprobs',
      8064,
    ],
    [
      'prompt_logprobs over the limit',
      { sampling: { promptLogprobs: 4 } },
      'Requested prompt logprobs of 4, which is greater than max allowed: 3',
      'prompt_logprobs',
      4,
      { limits: { maxLogprobs: 3 } },
    ],
    [
      'too many logprob_token_ids',
      { sampling: { logprobs: 1, logprobTokenIds: Array.from({ length: 129 }, (_, i) => i) } },
      'Requested logprob_token_ids of length 129, which is greater than max allowed: 128',
      'logprob_token_ids',
      129,
    ],
    [
      'logprob_token_ids out of the vocabulary',
      { sampling: { logprobs: 1, logprobTokenIds: [1, 9999] } },
      'token_id(s) [9999] in logprob_token_ids contain out-of-vocab token ids. Vocabulary size: 8064',
      'logprob_token_ids',
      [9999],
    ],
    [
      'logit_bias out of the vocabulary',
      { sampling: { logitBias: { '8064': 1, '-1': 1, '5': 1, '99999999999999999999': 1 } } },
      'token_id(s) [8064, -1, 99999999999999999999] in logit_bias contain out-of-vocab token ids. Vocabulary size: 8064',
      'logit_bias',
      [8064, -1, 99999999999999999999n],
    ],
    [
      'stop_token_ids out of the vocabulary',
      { sampling: { stopTokenIds: [-1, 3] } },
      'token_id(s) [-1] in stop_token_ids contain out-of-vocab token ids. Vocabulary size: 8064',
      'stop_token_ids',
      [-1],
    ],
    [
      'empty allowed_token_ids',
      { sampling: { allowedTokenIds: [] } },
      'allowed_token_ids is not None and empty!',
      'allowed_token_ids',
      [],
    ],
    [
      'allowed_token_ids out of the vocabulary',
      { sampling: { allowedTokenIds: [8064] } },
      'allowed_token_ids contains out-of-vocab token id!',
      'allowed_token_ids',
      [8064],
    ],
    [
      'bad words of spaces only',
      { sampling: { badWords: ['ok', '  '] } },
      'bad_words entries must tokenize to at least one token.',
      'bad_words',
      ['ok', '  '],
    ],
    [
      'too many bad words',
      { sampling: { badWords: ['Paris', 'the capital'] } },
      'Too many bad words after tokenization: 3. The max number is 2.',
      'bad_words',
      3,
      { limits: { maxBadWords: 2 } },
    ],
    [
      'routed_experts_prompt_start',
      { sampling: { routedExpertsPromptStart: 5 } },
      'routed_experts_prompt_start must be between 0 and the prompt length (4), inclusive.',
      'routed_experts_prompt_start',
      5,
    ],
    [
      'min_p with speculative decoding',
      { sampling: { minP: 0.1 } },
      'The min_p and logit_bias sampling parameters are not yet supported with speculative decoding.',
      undefined,
      undefined,
      { limits: { speculativeDecoding: true } },
    ],
    [
      'a thinking budget without reasoning',
      { sampling: { thinkingTokenBudget: 5 } },
      'thinking_token_budget is set but reasoning_config is not configured. Please set --reasoning-parser and/or --reasoning-config to use thinking_token_budget.',
    ],
    [
      'a negative thinking budget',
      { sampling: { thinkingTokenBudget: -2 } },
      '`thinking_token_budget` must be a non-negative integer or -1 for unlimited.',
      'thinking_token_budget',
      -2,
      { limits: { reasoningConfigured: true } },
    ],
    ['an empty text', prompt(''), 'The decoder prompt cannot be empty'],
    ['no ids', tokens(), 'The decoder prompt cannot be empty'],
    ['a truncation to nothing', { truncatePromptTokens: 0 }, 'The decoder prompt cannot be empty'],
    ['an id out of the vocabulary', tokens(5, 9999), 'Token id 9999 is out of vocabulary'],
    ['a negative id', tokens(-1), 'Token id -1 is out of vocabulary'],
    ['half an id', tokens(1.5), 'Token id 1.5 is out of vocabulary'],
    ['a rank that no engine has', { dataParallelRank: 7 }, 'data_parallel_rank 7 is out of range [0, 1).'],
    [
      'a negative rank',
      { dataParallelRank: -1 },
      'data_parallel_rank -1 is out of range [0, 2).',
      undefined,
      undefined,
      { engine: { engineCount: 2 } },
    ],
  ])('refuses %s', async (_, patch, ...[message, param, value, options]) => {
    expect(await refusalOf(patch, options)).toEqual({ stage: 'start', message, param, value });
  });

  it.each<[string, TextRequestPatch, TinyTextOptions?]>([
    ['an id of the padding', tokens(8063)],
    ['the last prompt that leaves room', many(511)],
    [
      'logprobs of the whole vocabulary without a limit',
      { sampling: { logprobs: -1 } },
      { limits: { maxLogprobs: -1 } },
    ],
    ['128 logprob_token_ids beside a count over the limit', { sampling: { logprobs: 128, logprobTokenIds: [5] } }],
    ['a budget of -1', { sampling: { thinkingTokenBudget: -1 } }],
    [
      'the bounds of every range',
      { sampling: { temperature: 2, topP: 1, minP: 1, topK: -1, presencePenalty: -2, frequencyPenalty: 2 } },
    ],
    ['a huge top_k', { sampling: { topK: 2 ** 53 } }],
    ['the last rank', { dataParallelRank: 1 }, { engine: { engineCount: 2 } }],
  ])('takes %s', async (_, patch, options) => {
    expect(await refusalOf(patch, options)).toBeUndefined();
  });
});

describe('a constraint', () => {
  const constraint = (given: object): TextRequestPatch => ({
    sampling: {
      structuredOutputs: {
        ...given,
        disableAnyWhitespace: false,
        disableAdditionalProperties: false,
        backendWasAuto: false,
      },
    },
  });

  it('is compiled before it is sent, as the engine would get it; a stream may begin before its fault is told', async () => {
    const check = vi.fn((): Promise<void> => Promise.reject(new InvalidRequestError('Grammar error: no')));
    expect(await refusalOf(constraint({ choice: ['a'] }), { constraintChecker: { check } })).toEqual({
      stage: 'start',
      message: 'Grammar error: no',
      param: undefined,
      value: undefined,
    });
    expect(check).toHaveBeenCalledWith(expect.objectContaining({ grammar: 'root ::= "a"', backend: 'xgrammar' }));
  });

  it('is not compiled when it is broken in itself', async () => {
    const check = vi.fn(() => Promise.resolve());
    const refusal = await refusalOf(constraint({ choice: [] }), { constraintChecker: { check } });
    expect([refusal, check.mock.calls]).toMatchObject([
      { stage: 'start', message: "Choice '[]' cannot be an empty list" },
      [],
    ]);
  });

  it('that the checker cannot judge is a fault of the server', async () => {
    const constraintChecker = { check: () => Promise.reject(new TypeError('oops')) };
    const { text } = tinyText({ constraintChecker });
    await expect(text.prepare(textRequest(constraint({ regex: 'a' })))).rejects.toThrow('oops');
  });

  it('that is sound goes to the engine', async () => {
    const { text, engine } = tinyText({ constraintChecker: { check: () => Promise.resolve() } });
    (await text.prepare(textRequest(constraint({ regex: 'a' })))).start(new CollectingSink());
    expect(engine.requests.map(({ sampling }) => sampling.structuredOutputs?.regex)).toEqual(['a']);
  });
});
