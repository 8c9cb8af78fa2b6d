import { join } from 'node:path';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '@support/free-port';
import { health, startStream, untilRunning } from './ask.js';
import { showOutputOfFailures } from './show-failures.js';
import { SERVED_NAME as model, VllmProcess } from './vllm-process.js';

const API_KEY = 'sk-test';
const headers = { authorization: `Bearer ${API_KEY}` };

let vllm: VllmProcess | undefined;

afterEach(() => vllm?.stop());
showOutputOfFailures(() => vllm?.output);

/** `vllm serve` whose front end is `aerie frontend`; resolves when that is ready. */
async function startSupervised(): Promise<{ readonly vllm: VllmProcess; readonly url: string }> {
  const port = String(await freePort());
  vllm = VllmProcess.serve(
    [
      ...['--host', '127.0.0.1', '--port', port, '--api-key', API_KEY, '--shutdown-timeout', '60'],
      ...['--enable-auto-tool-choice', '--tool-call-parser', 'hermes', '--enable-request-id-headers'],
    ],
    {
      VLLM_USE_RUST_FRONTEND: '1',
      VLLM_RUST_FRONTEND_PATH: join(process.cwd(), 'dist/apps/cli/src/main.js'),
    },
  );
  const [, url] = await vllm.wrote(/Aerie is ready on (http:\S+)/);
  expect(url).toBe(`http://127.0.0.1:${port}`);
  return { vllm, url };
}

describe('Aerie under vllm serve', () => {
  it('serves what the launcher was told to, and drains when the launcher is told to end', async () => {
    const { vllm, url } = await startSupervised();
    expect(await health(url)).toBe(200);
    expect((await fetch(`${url}/v1/models`)).status).toBe(401);
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: API_KEY, maxRetries: 0 });
    const chat = { model, messages: [{ role: 'user' as const, content: 'Hello' }], max_tokens: 12, temperature: 0 };
    const { data, response } = await client.chat.completions.create(chat).withResponse();
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(data.usage?.completion_tokens).toBe(12);
    let text = '';
    for await (const { choices } of await client.chat.completions.create({ ...chat, stream: true })) {
      text += choices[0].delta.content ?? '';
    }
    expect(text).toBe(data.choices[0].message.content);

    const leaving = new AbortController();
    const left = client.chat.completions.create({ ...chat, max_tokens: 2000 }, { signal: leaving.signal });
    await untilRunning(url, 1, { headers });
    leaving.abort();
    await expect(left).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    await untilRunning(url, 0, { headers });

    const stream = await startStream(url, { max_tokens: 300 }, { headers });
    vllm.terminate();
    expect(await stream.ended).toMatch(/"completion_tokens":300.*data: \[DONE\]\n\n$/s);
    expect(await vllm.exited).toBe(0);
  });

  it('ends with its engine, and the launcher with both', async () => {
    const { vllm, url } = await startSupervised();
    const stream = await startStream(url, { max_tokens: 2000 }, { headers });
    process.kill(await vllm.enginePid(), 'SIGKILL');
    expect(await stream.ended).toMatch(/"InternalServerError".*data: \[DONE\]\n\n$/s);
    expect(await vllm.exited).toBe(1);
  });
});
