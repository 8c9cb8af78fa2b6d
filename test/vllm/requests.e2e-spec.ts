import OpenAI from 'openai';
import { saveTensor } from '@testing/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complete as ask, countOf, health, untilRunning } from './ask.js';
import { startAttachedAerie } from './attached-aerie.js';
import type { AttachedAerie } from './attached-aerie.js';
import { showOutputOfFailures } from './show-failures.js';
import { MAX_MODEL_LEN, SERVED_NAME as model } from './vllm-process.js';

let attached: AttachedAerie;
let url: string;
let client: OpenAI;

beforeAll(async () => {
  attached = await startAttachedAerie({
    aerieArgs: [
      ...['--enable-prompt-tokens-details', '--enable-prompt-embeds'],
      ...['--enable-auto-tool-choice', '--tool-call-parser', 'hermes'],
    ],
    engineArgs: ['--enable-prompt-embeds'],
  });
  ({ url } = attached.aerie);
  client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0, defaultHeaders: { connection: 'close' } });
});

afterAll(() => attached?.stop());
showOutputOfFailures(() => attached?.output());

const messages = [{ role: 'user' as const, content: 'Hello' }];
/** The same answer every time: the best token, and no end before the limit. */
const greedy = { model, temperature: 0, ignore_eos: true };
const completion = { ...greedy, prompt: 'Once upon a time', max_tokens: 24 };

interface Choice {
  readonly index: number;
  readonly text: string;
  readonly finish_reason: string;
  readonly stop_reason: unknown;
  readonly token_ids: number[];
  readonly prompt_logprobs: (null | Record<string, { rank: number }>)[];
}

interface Completion {
  readonly choices: Choice[];
  readonly usage: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly prompt_tokens_details: { readonly cached_tokens: number } | null;
  };
}

/** A completion with vLLM's own fields, which the SDK's types do not know. */
async function complete(fields: object): Promise<Completion> {
  return client.post<Completion>('/completions', { body: { ...completion, ...fields } });
}

/** Text of each choice of a streamed completion. */
async function streamedTexts(fields: object): Promise<string[]> {
  const texts: string[] = [];
  const stream = await client.completions.create({ ...completion, ...fields, stream: true });
  for await (const { choices } of stream) {
    for (const { index, text } of choices) texts[index] = (texts[index] ?? '') + text;
  }
  return texts;
}

const untilIdle = () => untilRunning(url, 0);

describe('a server in front of a vLLM engine core', () => {
  it('tells what the engine told it', async () => {
    const { data } = await client.models.list();
    expect(data).toMatchObject([{ id: model, max_model_len: MAX_MODEL_LEN }]);
    expect(await countOf(url, 'vllm:cache_config_info{block_size="128",engine="0"')).toBe(1);
    expect(await health(url)).toBe(200);
  });

  it('counts what the engine did', async () => {
    const generated = () => countOf(url, 'vllm:generation_tokens_total');
    const before = await generated();
    await complete({});
    expect((await generated()) - before).toBe(24);
    expect(await countOf(url, 'vllm:request_queue_time_seconds_count')).toBeGreaterThan(0);
  });

  it('sees prefix-cache hits', async () => {
    const prompt = Array.from({ length: 300 }, (_, index) => 100 + index);
    const { usage: first } = await complete({ prompt });
    const { usage: second } = await complete({ prompt });
    const cached = { cached_tokens: 256 };
    expect([first.prompt_tokens_details?.cached_tokens, second.prompt_tokens_details]).toMatchObject([0, cached]);
  });
});

describe('completions of vLLM', () => {
  it('say the same streamed as whole', async () => {
    const { choices, usage } = await complete({});
    expect(choices).toMatchObject([{ index: 0, finish_reason: 'length', stop_reason: null }]);
    expect(usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 24 });
    expect(choices[0].text.length).toBeGreaterThan(24);
    expect(await streamedTexts({})).toEqual([choices[0].text]);
  });

  it('hold n samples, whole and streamed', async () => {
    const fields = { n: 3, temperature: 1, seed: 7, max_tokens: 8 };
    const { choices, usage } = await complete(fields);
    expect(choices.map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
      [0, 'length'],
      [1, 'length'],
      [2, 'length'],
    ]);
    expect(new Set(choices.map(({ text }) => text)).size).toBe(3);
    expect(usage.completion_tokens).toBe(24);
    expect(new Set(await streamedTexts(fields)).size).toBe(3);
  });

  it('answer each of several prompts', async () => {
    const { choices, usage } = await complete({ prompt: ['One', 'Two', 'Three'], max_tokens: 4 });
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(usage.completion_tokens).toBe(12);
  });

  it('repeat what a seed said', async () => {
    const seeded = { temperature: 1, seed: 42 };
    const [{ text }] = (await complete(seeded)).choices;
    expect((await complete(seeded)).choices[0].text).toBe(text);
    expect((await complete({ ...seeded, seed: 43 })).choices[0].text).not.toBe(text);
  });

  it('have log probabilities of the answer, and of the prompt with echo', async () => {
    const { choices } = await client.completions.create({ ...completion, max_tokens: 5, logprobs: 3, echo: true });
    const { tokens, token_logprobs, top_logprobs, text_offset } = choices[0].logprobs ?? {};
    const lengths = [tokens, token_logprobs, top_logprobs, text_offset].map((list) => list?.length);
    expect(lengths).toEqual([10, 10, 10, 10]);
    expect(choices[0].text).toMatch(/^Once upon a time/);
    expect(token_logprobs?.[0]).toBeNull();
    expect(token_logprobs?.slice(1).every((logprob) => logprob < 0 && logprob > -20)).toBe(true);
    expect(top_logprobs?.slice(1).every((row) => [3, 4].includes(Object.keys(row).length))).toBe(true);
  });

  it('have log probabilities of a long prompt, which come in frames of their own', async () => {
    const prompt = Array.from({ length: 100 }, (_, index) => 1000 + index);
    const [{ prompt_logprobs: rows }] = (await complete({ prompt, prompt_logprobs: 20 })).choices;
    expect(rows).toHaveLength(100);
    expect(rows[0]).toBeNull();
    rows.slice(1).forEach((row, index) => {
      expect(Object.keys(row ?? {})).toContain(String(1001 + index));
      expect(
        Object.values(row ?? {})
          .map(({ rank }) => rank)
          .sort((a, b) => a - b)
          .slice(0, 20),
      ).toEqual(Array.from({ length: 20 }, (_, rank) => rank + 1));
    });
  });

  it.each([
    ['cut before', false],
    ['cut behind, when it is to be included', true],
  ])('end at a stop string: %s', async (_, include_stop_str_in_output) => {
    const [{ text }] = (await complete({})).choices;
    const stop = /(?<=^.{5,})\p{L}{3}/su.exec(text)?.[0] ?? '';
    const end = text.indexOf(stop);
    const fields = { stop: ['never said', stop], include_stop_str_in_output };
    const expected = text.slice(0, include_stop_str_in_output ? end + stop.length : end);
    const { choices, usage } = await complete(fields);
    expect(choices).toMatchObject([{ text: expected, finish_reason: 'stop', stop_reason: stop }]);
    expect(usage.completion_tokens).toBeLessThan(24);
    expect(await streamedTexts(fields)).toEqual([expected]);
    await untilIdle();
  });

  it('end at a stop token, but not before min_tokens', async () => {
    const [{ token_ids: ids }] = (await complete({ return_token_ids: true })).choices;
    const stopId = ids[5];
    const ending = { stop_token_ids: [stopId], return_token_ids: true };
    const { choices } = await complete(ending);
    expect(choices).toMatchObject([
      { token_ids: ids.slice(0, ids.indexOf(stopId) + 1), finish_reason: 'stop', stop_reason: stopId },
    ]);
    const [later] = (await complete({ ...ending, min_tokens: 20 })).choices;
    expect(later.token_ids.length).toBeGreaterThanOrEqual(20);
    expect(later.token_ids.slice(0, 20)).not.toContain(stopId);
  });

  it('follow a logit bias and a list of allowed tokens', async () => {
    const biased = await complete({ logit_bias: { 1000: 100 }, return_token_ids: true, max_tokens: 3 });
    expect(biased.choices[0].token_ids).toEqual([1000, 1000, 1000]);
    const allowed = await complete({ allowed_token_ids: [1001], return_token_ids: true, max_tokens: 3 });
    expect(allowed.choices[0].token_ids).toEqual([1001, 1001, 1001]);
  });

  it('of a beam search come best first', async () => {
    const { choices } = await complete({ use_beam_search: true, n: 2, max_tokens: 4, ignore_eos: true });
    expect(choices.map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
      [0, 'length'],
      [1, 'length'],
    ]);
  });

  it('take embeddings for a prompt', async () => {
    const values = Array.from({ length: 4 * 64 }, (_, index) => Math.sin(index));
    const prompt_embeds = saveTensor({ dtype: 'float32', shape: [4, 64], values }).toString('base64');
    const { choices, usage } = await complete({ prompt: undefined, prompt_embeds, max_tokens: 6 });
    expect(choices).toMatchObject([{ finish_reason: 'length' }]);
    expect(usage).toMatchObject({ prompt_tokens: 4, completion_tokens: 6 });
  });
});

describe('chats of vLLM', () => {
  const chat = { ...greedy, messages, max_tokens: 16 };

  it('say the same streamed as whole', async () => {
    const whole = await client.chat.completions.create(chat);
    const [{ message, finish_reason }] = whole.choices;
    expect(finish_reason).toBe('length');
    expect(whole.usage).toMatchObject({ prompt_tokens: 12, completion_tokens: 16, total_tokens: 28 });
    let text = '';
    let usage: unknown;
    const stream = await client.chat.completions.create({
      ...chat,
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage ?? usage;
    }
    expect(text).toBe(message.content);
    expect(usage).toMatchObject({ prompt_tokens: 12, completion_tokens: 16 });
  });

  it('have the same log probabilities streamed as whole', async () => {
    const asked = { ...chat, max_tokens: 6, logprobs: true, top_logprobs: 20 };
    const { choices } = await client.chat.completions.create(asked);
    const content = choices[0].logprobs?.content ?? [];
    expect(content.map(({ top_logprobs }) => top_logprobs.length)).toEqual([20, 20, 20, 20, 20, 20]);
    for (const { logprob, top_logprobs } of content) {
      const best = top_logprobs.map((top) => top.logprob);
      expect(best.slice(1)).toEqual(best.slice(1).sort((a, b) => b - a));
      expect(Math.max(...best) - logprob).toBeLessThan(0.01);
    }
    const streamed = [];
    for await (const chunk of await client.chat.completions.create({ ...asked, stream: true })) {
      streamed.push(...(chunk.choices[0].logprobs?.content ?? []));
    }
    expect(streamed.map(({ token, bytes }) => ({ token, bytes }))).toEqual(
      content.map(({ token, bytes }) => ({ token, bytes })),
    );
  });

  it('call a named tool with arguments of its schema', async () => {
    const { choices } = await client.chat.completions.create({
      ...{ model, messages, ...ROOM_FOR_JSON },
      tools: [{ type: 'function', function: { name: 'report', parameters: SCHEMA, strict: true } }],
      tool_choice: { type: 'function', function: { name: 'report' } },
    });
    const [call] = choices[0].message.tool_calls ?? [];
    expect(call).toMatchObject({ type: 'function', function: { name: 'report' } });
    expect(call.type === 'function' && JSON.parse(call.function.arguments)).toEqual(REPORT);
  });
});

const SCHEMA = {
  type: 'object',
  properties: { ok: { type: 'boolean' }, colour: { enum: ['red', 'green'] }, count: { type: 'integer', maximum: 9 } },
  required: ['ok', 'colour', 'count'],
  additionalProperties: false,
};
const REPORT: unknown = {
  ok: expect.any(Boolean),
  colour: expect.stringMatching(/^(red|green)$/),
  count: expect.any(Number),
};
/** A model without sense likes white space, which JSON allows without end. */
const ROOM_FOR_JSON = { max_tokens: 1900, temperature: 1, seed: 3 };

describe('structured output of vLLM', () => {
  it.each([
    ['a regex', { regex: '[0-9]{3}-[a-f]{2}' }, /^[0-9]{3}-[a-f]{2}$/],
    ['a choice', { choice: ['deep "red"', 'light\nblue'] }, /^(deep "red"|light\nblue)$/],
    ['a grammar', { grammar: 'root ::= "yes" | "no" "!"' }, /^(yes|no!)$/],
  ])('keeps to %s, whole and streamed', async (_, structured_outputs, expected) => {
    const fields = { structured_outputs, ignore_eos: false, temperature: 1, max_tokens: 50 };
    const { choices } = await complete(fields);
    expect(choices).toMatchObject([{ text: expect.stringMatching(expected) as string, finish_reason: 'stop' }]);
    expect((await streamedTexts(fields))[0]).toMatch(expected);
  });

  it('keeps to a JSON schema, whole and streamed', async () => {
    const asked = {
      ...{ model, messages, ...ROOM_FOR_JSON },
      response_format: { type: 'json_schema' as const, json_schema: { name: 'report', schema: SCHEMA } },
    };
    const { choices } = await client.chat.completions.create(asked);
    expect(JSON.parse(choices[0].message.content ?? '')).toEqual(REPORT);
    let text = '';
    for await (const chunk of await client.chat.completions.create({ ...asked, stream: true })) {
      text += chunk.choices[0].delta.content ?? '';
    }
    expect(JSON.parse(text)).toEqual(REPORT);
  });
});

describe('a client that leaves', () => {
  it.each([
    ['a stream', { stream: true }, 1],
    ['a whole answer', { stream: false }, 1],
    ['several samples', { stream: true, n: 3, temperature: 1 }, 3],
  ])('frees its requests in the engine: %s', async (_, fields, count) => {
    await untilIdle();
    const leaving = new AbortController();
    const answer = ask(url, { max_tokens: 2000, ...fields }, { signal: leaving.signal });
    const text = answer.then((response) => response.text());
    await untilRunning(url, count);
    leaving.abort();
    await expect(text).rejects.toThrow('aborted');
    await untilIdle();
    expect(await countOf(url, 'vllm:num_requests_waiting')).toBe(0);
  });
});

describe('64 streams at once', () => {
  it('are all complete', async () => {
    const usages = await Promise.all(
      Array.from({ length: 64 }, async (_, index) => {
        const max_tokens = 16 + index;
        const stream = await client.chat.completions.create({
          ...{ ...greedy, messages, max_tokens, stream: true as const },
          stream_options: { include_usage: true },
        });
        let finishReason: string | undefined;
        let tokens: number | undefined;
        for await (const { choices, usage } of stream) {
          finishReason = choices[0]?.finish_reason ?? finishReason;
          tokens = usage?.completion_tokens ?? tokens;
        }
        return [finishReason, tokens];
      }),
    );
    expect(usages).toEqual(Array.from({ length: 64 }, (_, index) => ['length', 16 + index]));
    await untilIdle();
  });
});
