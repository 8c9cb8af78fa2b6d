import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '@support/free-port';
import { MockEngine } from '@support/mock-engine';
import type { MockEngineEvent } from '@support/mock-engine';
import { untilHealth } from './ask.js';
import { showOutputOfFailures } from './show-failures.js';
import { MAX_MODEL_LEN, MODEL, SERVED_NAME as model, VllmProcess } from './vllm-process.js';

let vllm: VllmProcess;
let engine: MockEngine | undefined;
let client: OpenAI;
const events: MockEngineEvent[] = [];

beforeAll(async () => {
  const [rpcPort, port] = [await freePort(), await freePort()];
  vllm = VllmProcess.serve([
    ...['--data-parallel-size', '1', '--data-parallel-size-local', '0', '--data-parallel-address', '127.0.0.1'],
    ...['--data-parallel-rpc-port', String(rpcPort), '--host', '127.0.0.1', '--port', String(port)],
  ]);
  engine = MockEngine.start(`tcp://127.0.0.1:${rpcPort}`, [
    ...['--release', '0.32.0', '--model', MODEL, '--text', 'Hello there.', '--max-model-len', String(MAX_MODEL_LEN)],
  ]);
  engine.onEvent = (event) => void events.push(event);
  const ended = engine.exited.then((status) => Promise.reject(new Error(`the mock engine ended with ${status}`)));
  ended.catch(() => undefined);
  await Promise.race([vllm.wrote(/Application startup complete/), ended]);
  const url = `http://127.0.0.1:${port}`;
  await untilHealth(url, 200);
  client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
});

afterAll(async () => {
  await vllm?.stop();
  await engine?.stop();
});
showOutputOfFailures(() => vllm?.output);

describe("the mock engine behind vLLM's own front end", () => {
  const chat = { model, messages: [{ role: 'user' as const, content: 'Hi' }], max_tokens: 50 };

  it('is taken for an engine core of that release', async () => {
    const { data } = await client.models.list();
    expect(data).toMatchObject([{ id: model, max_model_len: MAX_MODEL_LEN }]);
  });

  it('says its text, whole and streamed', async () => {
    const { choices, usage } = await client.chat.completions.create({ ...chat, n: 2 });
    expect(choices.map(({ message, finish_reason }) => [message.content, finish_reason])).toEqual([
      ['Hello there.', 'stop'],
      ['Hello there.', 'stop'],
    ]);
    expect(usage?.prompt_tokens).toBe(12);
    let text = '';
    for await (const chunk of await client.chat.completions.create({ ...chat, stream: true })) {
      text += chunk.choices[0].delta.content ?? '';
    }
    expect(text).toBe('Hello there.');
  });

  it('hears that a client has left', async () => {
    const leaving = new AbortController();
    await engine?.command({ type: 'play', answers: [{ steps: [{ ids: [97] }] }] });
    const stream = await client.chat.completions.create({ ...chat, stream: true }, { signal: leaving.signal });
    const aborted = new Promise<MockEngineEvent>((resolve) => {
      if (engine) engine.onEvent = (event) => event.type === 'abort' && resolve(event);
    });
    for await (const _ of stream) leaving.abort();
    expect(await aborted).toMatchObject({ type: 'abort', request_ids: [expect.stringMatching(/^chatcmpl-/)] });
  });
});
