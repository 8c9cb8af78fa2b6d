import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogprobRows } from '@app/engine-protocol';
import type { ArrivedRequest } from '@support/test-engine';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

/** Answers every request at once, with one token. */
function answerWithOneToken(arrived: ArrivedRequest): void {
  const { promptTokenIds, sampling } = arrived.request;
  arrived.say({
    newTokenIds: [TOKEN],
    finishReason: 'length',
    logprobs: sampling.logprobs === undefined ? undefined : rows(1),
    promptLogprobs: sampling.promptLogprobs === undefined ? undefined : rows(promptTokenIds.length - 1),
  });
}

const TOKEN = 261;

function rows(count: number): LogprobRows {
  const filled = <T>(value: T): T[] => Array.from({ length: count }, () => value);
  return { rows: count, columns: 1, tokenIds: filled(TOKEN), logprobs: filled(-1), ranks: filled(1) };
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ engine: { onRequest: answerWithOneToken }, model: await loadTinyModel() });
});
afterAll(() => server.close());

const repeat = (count: number, text = 'a'): string => text.repeat(count);
const many = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => item(index)).join(',');
const nested = (depth: number): string => `${repeat(depth, '[')}${repeat(depth, ']')}`;

/** Members of a body that would cost much, each with what refuses it. */
const COSTLY: readonly (readonly [name: string, member: string, refusal: RegExp])[] = [
  ['nesting beyond every stack', `"x":${nested(100_000)}`, /JSON decode error/],
  ['300,000 keys', `"x":{${many(300_000, (key) => `"k${key}":1`)}}`, /JSON decode error/],
  ['an integer of a million digits', `"n":${repeat(1_000_000, '1')}`, /JSON decode error/],
  ['text that is almost a number', `"temperature":"${repeat(1_000_000, '1')}x"`, /float_parsing/],
  ['grouped digits', `"n":"${repeat(1_000_000, '1_')}1"`, /int_parsing_size/],
  ['grouped digits as an id', `"logit_bias":{"${repeat(1_000_000, '1_')}1":1}`, /cannot be converted to integer/],
  ['a long id', `"logit_bias":{"${repeat(1_000_000, '1')}":1}`, /cannot be converted to integer/],
  ['100,000 biases', `"logit_bias":{${many(100_000, (id) => `"${id}":1`)}}`, /token_id\(s\) \[8064, /],
  ['100,000 stop strings', `"stop":[${many(100_000, () => '"x"')}]`, /too_long/],
  ['a stop string of a megabyte', `"stop":["${repeat(1_000_000)}"]`, /stop strings must have at most/],
  ['100,000 bad words', `"bad_words":[${many(100_000, (word) => `"w${word}"`)}]`, /Too many bad words/],
  ['a bad word of a megabyte', `"bad_words":["${repeat(1_000_000)}"]`, /bad_words entries must have at most/],
  ['a session id of a megabyte', `"session_id":"${repeat(1_000_000)}"`, /session_id must have at most/],
  ['a cache salt of a megabyte', `"cache_salt":"${repeat(1_000_000)}"`, /at most 128 characters/],
  [
    '100,000 extra arguments',
    `"vllm_xargs":{${many(100_000, (key) => `"k${key}":1`)}}`,
    /extra_args must have at most/,
  ],
  ['arguments too deep for the wire', `"kv_transfer_params":{"a":${nested(200)}}`, /extra_args must be nested at most/],
  ['an integer that no wire has', `"kv_transfer_params":{"a":${repeat(400, '9')}}`, /extra_args integers/],
  ['100,000 ids to report', `"logprob_token_ids":[${many(100_000, () => '1')}]`, /logprob/],
];

/** Values that are wrong, or odd, for most fields. */
const ODD_VALUES = [
  'NaN',
  '1e999',
  '-1',
  '9223372036854775808',
  '"\\ud800"',
  '[]',
  '[null]',
  '{"__proto__":1}',
  '{"0":NaN}',
  'null',
];
const FIELDS = [
  'model',
  'n',
  'max_tokens',
  'min_tokens',
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'seed',
  'logprobs',
  'prompt_logprobs',
  'presence_penalty',
  'frequency_penalty',
  'repetition_penalty',
  'length_penalty',
  'priority',
  'stream_interval',
  'truncate_prompt_tokens',
  'truncation_side',
  'thinking_token_budget',
  'routed_experts_prompt_start',
  'stop',
  'stop_token_ids',
  'allowed_token_ids',
  'logprob_token_ids',
  'bad_words',
  'logit_bias',
  'echo',
  'stream_options',
  'user',
  'suffix',
  'response_format',
  'structured_outputs',
  'vllm_xargs',
  'kv_transfer_params',
  'repetition_detection',
  'cache_salt',
  'request_id',
  'session_id',
  'prompt_embeds',
  'prompt',
  'messages',
  'tools',
  'tool_choice',
  'chat_template_kwargs',
  'documents',
  'top_logprobs',
  'max_completion_tokens',
  'reasoning_effort',
  'stream',
  '__proto__',
  'constructor',
];

const ENDPOINTS: readonly (readonly [path: string, base: Readonly<Record<string, string>>])[] = [
  ['/v1/completions', { prompt: '"hi"', max_tokens: '2' }],
  ['/v1/chat/completions', { messages: '[{"role":"user","content":"hi"}]', max_tokens: '2' }],
];

async function post(path: string, body: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${server.url}${path}`, { method: 'POST', headers, body });
}

describe.each(ENDPOINTS)('POST %s', (path, base) => {
  const members = (more: Readonly<Record<string, string>> = {}): string =>
    Object.entries({ ...base, ...more })
      .map(([name, value]) => `"${name}":${value}`)
      .join(',');

  it.each(COSTLY)('refuses %s, quickly, and tells the engine nothing', async (_, member, refusal) => {
    const before = server.engine.requests.length;
    const start = performance.now();
    const response = await post(path, `{${members()},${member}}`);
    const text = await response.text();
    expect([response.status, text.length < 20_000]).toEqual([400, true]);
    expect(text).toMatch(refusal);
    // A hundred times what it takes: what grows with a square takes minutes.
    expect(performance.now() - start).toBeLessThan(3000);
    expect(server.engine.requests.length).toBe(before);
  });

  it('answers every odd value in every field with a fault of the client, or serves it', async () => {
    const faults: string[] = [];
    for (const field of FIELDS) {
      for (const value of ODD_VALUES) {
        const response = await post(path, `{${members({ [field]: value })}}`);
        const text = await response.text();
        const expected = field === 'model' ? [200, 400, 404] : [200, 400];
        if (!expected.includes(response.status)) {
          faults.push(`${field}: ${value} → ${response.status} ${text}`);
        }
      }
    }
    expect(faults).toEqual([]);
    expect(({} as { n?: unknown }).n).toBeUndefined();
  });
});

describe('many prompts', () => {
  it('are bounded together with their samples', async () => {
    const before = server.engine.requests.length;
    const response = await post(
      '/v1/completions',
      JSON.stringify({ prompt: Array.from({ length: 1024 }, () => 'x'), n: 2 }),
    );
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('1024 sequences') as string,
    ]);
    expect(server.engine.requests.length).toBe(before);
  });

  it('are not tokenized beyond what a truncation keeps', async () => {
    const start = performance.now();
    const body = { prompt: repeat(9_000_000), truncate_prompt_tokens: 3, max_tokens: 1 };
    const response = await post('/v1/completions', JSON.stringify(body));
    expect(await response.json()).toMatchObject({ usage: { prompt_tokens: 3, completion_tokens: 1 } });
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it('are not tokenized by the megabyte', async () => {
    const response = await post('/tokenize', JSON.stringify({ prompt: repeat(9_000_000) }));
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('at most 1048576') as string,
    ]);
  });
});

describe('many messages', () => {
  it.each(['/v1/chat/completions', '/tokenize'])('are refused by %s before they are rendered', async (path) => {
    const messages = Array.from({ length: 2049 }, () => ({ role: 'user', content: 'hi' }));
    const response = await post(path, JSON.stringify({ messages }));
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: expect.objectContaining({ type: 'Bad Request', param: 'body.messages' }) as object },
    ]);
  });
});
