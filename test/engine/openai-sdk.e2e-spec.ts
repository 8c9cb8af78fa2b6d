import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';
import { metric, until } from '@support/metrics';

const model = 'aerie-demo';
let aerie: AerieProcess;
let client: OpenAI;

beforeAll(async () => {
  aerie = await startAerie(['--api-key', 'sk-test', '--max-num-seqs', '16']);
  client = new OpenAI({ baseURL: `${aerie.url}/v1`, apiKey: 'sk-test', maxRetries: 0 });
});

afterAll(async () => {
  expect(await aerie.stop()).toBe(0);
});

const ask = (content: string) => ({ model, messages: [{ role: 'user' as const, content }], temperature: 0 });

describe('the openai SDK against the shipped model', () => {
  it('lists the model', async () => {
    const models = await client.models.list();
    expect(models.data.map(({ id }) => id)).toEqual([model]);
  });

  it('gets a whole chat answer', async () => {
    const answer = await client.chat.completions.create(ask('What is Aerie?'));
    expect(answer.choices[0].message.content).toMatch(/server/i);
    expect(answer.choices[0].finish_reason).toBe('stop');
    expect(answer.usage?.total_tokens).toBe(
      (answer.usage?.prompt_tokens ?? 0) + (answer.usage?.completion_tokens ?? 0),
    );
  });

  it('gets the same chat answer as a stream, with usage at the end', async () => {
    const whole = await client.chat.completions.create(ask('Count from 1 to 10.'));
    const stream = await client.chat.completions.create({
      ...ask('Count from 1 to 10.'),
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    const finishReasons: (string | null)[] = [];
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (chunk.choices[0]?.finish_reason) finishReasons.push(chunk.choices[0].finish_reason);
      usage = chunk.usage ?? usage;
    }
    expect(text).toBe(whole.choices[0].message.content);
    expect(finishReasons).toEqual(['stop']);
    expect(usage).toMatchObject({
      prompt_tokens: whole.usage?.prompt_tokens,
      completion_tokens: whole.usage?.completion_tokens,
    });
  });

  it('works with the SDK’s stream helper', async () => {
    const final = await client.chat.completions.stream(ask('Hello')).finalChatCompletion();
    expect(final.choices[0].message.content).toMatch(/\w/);
  });

  it('gets completions, whole and streamed alike', async () => {
    const request = { model, prompt: '1, 2, 3,', max_tokens: 12, temperature: 0 };
    const whole = await client.completions.create(request);
    let text = '';
    for await (const chunk of await client.completions.create({ ...request, stream: true })) {
      text += chunk.choices[0]?.text ?? '';
    }
    expect(text).toBe(whole.choices[0].text);
    expect(whole.choices[0].text).toMatch(/4/);
  });

  it('serves 32 parallel streams, each complete', async () => {
    const answers = await Promise.all(
      Array.from({ length: 32 }, async (_, index) => {
        const stream = await client.completions.create({
          model,
          prompt: `Stream ${index}:`,
          max_tokens: 24,
          temperature: 0,
          stream: true,
          stream_options: { include_usage: true },
          ...{ ignore_eos: true },
        });
        let finish: string | undefined;
        let tokens: number | undefined;
        for await (const chunk of stream) {
          finish = chunk.choices[0]?.finish_reason ?? finish;
          tokens = chunk.usage?.completion_tokens ?? tokens;
        }
        return [finish, tokens];
      }),
    );
    expect(answers).toEqual(Array.from({ length: 32 }, () => ['length', 24]));
  });

  it('gives n samples, logprobs in both formats and stop strings', async () => {
    const chat = await client.chat.completions.create({
      ...ask('Hello'),
      temperature: 1,
      n: 3,
      seed: 7,
      logprobs: true,
      top_logprobs: 2,
      max_tokens: 5,
    });
    expect(chat.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    for (const { logprobs } of chat.choices) {
      expect(logprobs?.content?.length).toBeGreaterThan(0);
      expect(logprobs?.content?.[0].top_logprobs).toHaveLength(2);
      expect(logprobs?.content?.[0].logprob).toBeLessThanOrEqual(0);
    }
    const text = await client.completions.create({
      model,
      prompt: '1, 2, 3,',
      max_tokens: 40,
      temperature: 0,
      stop: ['6'],
      logprobs: 1,
      echo: true,
    });
    expect(text.choices[0].text).toMatch(/^1, 2, 3, ?4, ?5, ?$/);
    expect(text.choices[0].finish_reason).toBe('stop');
    expect(text.choices[0].logprobs?.tokens?.length).toBe(text.choices[0].logprobs?.token_logprobs?.length);
  });

  it.each(['stream', 'whole'])('frees the engine’s slot when the client leaves in the middle (%s)', async (mode) => {
    const abort = new AbortController();
    const request = { model, prompt: 'Count', max_tokens: 1500, ignore_eos: true };
    const headers = { authorization: 'Bearer sk-test', 'content-type': 'application/json' };
    const answer = fetch(`${aerie.url}/v1/completions`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...request, stream: mode === 'stream' }),
      signal: abort.signal,
    }).then(async (response) => response.text());
    const left = expect(answer).rejects.toThrow();
    const running = () => metric(aerie.url, 'vllm:num_requests_running', headers);
    await until(async () => (await running()) === 1);
    abort.abort();
    await left;
    await until(async () => (await running()) === 0);
  });

  it('refuses a wrong key with 401', async () => {
    const stranger = new OpenAI({ baseURL: `${aerie.url}/v1`, apiKey: 'sk-wrong', maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toMatchObject({ status: 401 });
  });

  it('refuses an unknown model with 404 that names the field', async () => {
    await expect(client.chat.completions.create({ ...ask('Hi'), model: 'nope' })).rejects.toMatchObject({
      status: 404,
      param: 'model',
      type: 'NotFoundError',
    });
  });

  it.each([
    [{ temperature: 3 }, 'temperature'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ logit_bias: { x: 1 } }, 'logit_bias'],
    [{ stop: ['1', '2', '3', '4', '5'] }, 'body.stop'],
    [{ max_completion_tokens: 1e9 }, 'max_completion_tokens'],
  ])('refuses %j with 400 that names the field', async (wrong, param) => {
    await expect(client.chat.completions.create({ ...ask('Hi'), ...wrong })).rejects.toMatchObject({
      status: 400,
      param,
    });
  });
});
