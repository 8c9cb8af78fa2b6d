import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArrivedRequest, TestEngine } from '@support/test-engine';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

// Tokens of tiny-chat.
const [one, two, half, eos] = [925, 1295, 322, 8002];
const OFFERS = [
  [two, -2],
  [one, -0.5],
  [half, -1],
  [eos, -1.5],
  [two, -2],
] as const;

/** Offers the same tokens everywhere, unless it is told to keep still. */
let silent = false;
function offer(arrived: ArrivedRequest): void {
  if (silent) return;
  const columns = OFFERS.slice(0, (arrived.request.sampling.logprobs ?? 0) + 1);
  const logprobs = {
    rows: 1,
    columns: columns.length,
    tokenIds: columns.map(([id]) => id),
    logprobs: columns.map(([, value]) => value),
    ranks: [3],
  };
  arrived.say({ newTokenIds: [two], finishReason: 'length', logprobs, weightVersion: 'default' });
}

let server: TestServer;
let engine: TestEngine;
beforeAll(async () => {
  const argv = ['--enable-prompt-tokens-details', '--enable-per-request-metrics', '--max-n', '12'];
  server = await startTestServer({ engine: { onRequest: offer }, argv, model: await loadTinyModel() });
  engine = server.engine;
});
afterAll(() => server.close());

const MESSAGES = [{ role: 'user', content: 'Hi' }];

function post(path: string, body: object, signal?: AbortSignal): Promise<Response> {
  return fetch(`${server.url}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ use_beam_search: true, max_tokens: 2, ...body }),
    ...(signal && { signal }),
  });
}

interface Choice {
  readonly index: number;
  readonly text?: string;
  readonly message?: { readonly content: string };
  readonly finish_reason: string;
  readonly stop_reason: number | null;
  readonly logprobs: object | null;
}

interface Answer {
  readonly choices: readonly Choice[];
  readonly usage: object;
  readonly metrics: object | null;
}

async function ask(path: string, body: object): Promise<Answer> {
  const response = await post(path, body);
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

async function events(path: string, body: object): Promise<string[]> {
  const text = await (await post(path, { ...body, stream: true })).text();
  return text.split('\n\n').filter((event) => event !== '');
}

const NO_TIMES = {
  time_to_first_token_ms: null,
  generation_time_ms: null,
  queue_time_ms: null,
  mean_itl_ms: null,
  tokens_per_second: null,
  speculative_decoding: null,
};

describe('beam search of /v1/completions', () => {
  it('answers the beams, best first', async () => {
    const answer = await ask('completions', {
      prompt: 'Hello',
      n: 2,
      return_token_ids: true,
      return_weight_versions: true,
    });
    const about = {
      logprobs: null,
      finish_reason: 'length',
      stop_reason: null,
      prompt_logprobs: null,
      prompt_token_ids: engine.requests[0].request.promptTokenIds,
      routed_experts: null,
      weight_versions: null,
    };
    expect(answer.choices).toEqual([
      { ...about, index: 0, text: ' one one', token_ids: [one, one] },
      { ...about, index: 1, text: ' one \uFFFD', token_ids: [one, half] },
    ]);
    expect(answer.usage).toMatchObject({ completion_tokens: 4, prompt_tokens_details: null });
    expect(answer.metrics).toBeNull();
  });

  it('ends beams at the end token, which counts only when it is asked for', async () => {
    const body = { prompt: 'Hello', n: 2, max_tokens: 1, length_penalty: 0 };
    const ended = { text: '', finish_reason: 'stop', stop_reason: eos };
    expect((await ask('completions', { ...body, n: 4 })).choices[2]).toMatchObject(ended);
    const { choices, usage } = await ask('completions', {
      ...body,
      n: 4,
      include_stop_str_in_output: true,
      return_token_ids: true,
    });
    expect(choices[2]).toMatchObject({ ...ended, token_ids: [eos] });
    expect(usage).toMatchObject({ completion_tokens: 4 });
  });

  it('shows what the engine offered, its own sample first, and the token of the beam', async () => {
    const { choices } = await ask('completions', { prompt: 'Hello', n: 1, logprobs: 1 });
    expect(choices[0].logprobs).toEqual({
      text_offset: [0, 4],
      token_logprobs: [-0.5, -0.5],
      tokens: [' one', ' one'],
      top_logprobs: [
        { ' two': -2, ' one': -0.5 },
        { ' two': -2, ' one': -0.5 },
      ],
    });
  });

  it('numbers the beams of several prompts one after the other', async () => {
    const { choices } = await ask('completions', { prompt: ['a', 'b'], n: 2, echo: true });
    expect(choices.map(({ index, text }) => [index, text])).toEqual([
      [0, 'a one one'],
      [1, 'a one \uFFFD'],
      [2, 'b one one'],
      [3, 'b one \uFFFD'],
    ]);
    const before = engine.requests.length;
    const alone = await ask('completions', {
      prompt: ['a', 'b'],
      n: 3,
      max_tokens: 0,
      echo: true,
      logprobs: undefined,
    });
    expect(alone.choices.map(({ index, text, finish_reason }) => [index, text, finish_reason])).toEqual([
      [0, 'a', 'length'],
      [1, 'b', 'length'],
    ]);
    expect(engine.requests.length).toBe(before);
  });

  it('asks under the id of the answer', async () => {
    await ask('completions', { prompt: 'a', request_id: 'mine', max_tokens: 1 });
    expect(engine.requests.at(-1)?.request.requestId).toMatch(/^cmpl-mine-[0-9a-f]{16}-beam-0-[0-9a-f]{8}$/);
  });

  it('has metrics without times for one beam', async () => {
    expect((await ask('completions', { prompt: 'a' })).metrics).toEqual(NO_TIMES);
  });

  it.each<[string, object, string, string | null]>([
    ['a stream', { stream: true }, 'Streaming is not currently supported with beam search', null],
    [
      'more beams than log probabilities',
      { n: 11 },
      'Requested sample logprobs of 22, which is greater than max allowed: 20 (parameter=logprobs, value=22)',
      'logprobs',
    ],
    [
      'more beams than samples',
      { n: 13 },
      'beam_width must be at most 12, got 13. To increase this limit, set the VLLM_MAX_N_SEQUENCES environment variable.',
      null,
    ],
    ['no beams', { n: 0 }, 'beam_width must be at least 1, got 0.', null],
    ['no tokens that are allowed', { allowed_token_ids: [] }, 'Beam search allowed_token_ids must not be empty', null],
  ])('refuses %s', async (_, body, message, param) => {
    const response = await post('completions', { prompt: 'a', ...body });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: { message, type: 'BadRequestError', param, code: 400 } });
  });

  it('ends the steps of a client that leaves', async () => {
    silent = true;
    const client = new AbortController();
    const arrived = engine.next();
    const gone = expect(post('completions', { prompt: 'a' }, client.signal)).rejects.toThrow();
    const { request } = await arrived;
    const aborted = engine.nextAbort();
    client.abort();
    await Promise.all([aborted, gone]);
    silent = false;
    expect(engine.aborted).toContain(request.requestId);
  });
});

describe('beam search of /v1/chat/completions', () => {
  it('answers the beams with log probabilities that have no bytes of their own', async () => {
    const { choices } = await ask('chat/completions', {
      messages: MESSAGES,
      n: 1,
      max_tokens: 1,
      logprobs: true,
      top_logprobs: 1,
    });
    expect(choices[0].message?.content).toBe(' one');
    expect(choices[0].logprobs).toEqual({
      content: [
        {
          token: ' one',
          logprob: -0.5,
          bytes: null,
          top_logprobs: [{ token: ' two', logprob: -2, bytes: [...Buffer.from(' two')] }],
        },
      ],
    });
  });

  it('streams every beam as one delta', async () => {
    const streamed = await events('chat/completions', {
      messages: MESSAGES,
      n: 2,
      stream_options: { include_usage: true },
    });
    const chunks = streamed.slice(0, -1).map((event) => JSON.parse(event.slice('data: '.length)) as Answer);
    expect(streamed.at(-1)).toBe('data: [DONE]');
    expect(chunks.map(({ choices }) => choices)).toEqual([
      ...[0, 1].map((index) => [
        { index, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null },
      ]),
      ...[' one one', ' one \uFFFD'].map((content, index) => [
        {
          index,
          delta: { content },
          logprobs: null,
          finish_reason: 'length',
          stop_reason: null,
          token_ids: null,
          weight_versions: null,
        },
      ]),
      [],
    ]);
    expect(Object.keys(chunks[4].usage)).toEqual(['prompt_tokens', 'total_tokens', 'completion_tokens']);
    expect(chunks[4]).not.toHaveProperty('metrics');
  });

  it('ends the stream when there are fewer beams than asked for', async () => {
    const streamed = await events('chat/completions', { messages: MESSAGES, n: 2, max_tokens: 0 });
    expect(streamed).toHaveLength(4);
    expect(streamed[2]).toContain('"finish_reason":"length"');
  });

  it.each([
    ['too many beams', { n: 11 }, 'Requested sample logprobs of 22'],
    ['a temperature', { temperature: 3 }, 'temperature must be in [0, 2], got 3.0.'],
  ])('streams the refusal of %s', async (_, body, message) => {
    const streamed = await events('chat/completions', { messages: MESSAGES, ...body });
    expect(streamed).toHaveLength(2);
    expect(streamed[0]).toContain(message);
  });
});
