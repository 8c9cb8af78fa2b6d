import { join } from 'node:path';
import { RawEngine } from '@testing/engine-client';
import { saveTensor } from '@testing/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineRequest } from '@app/engine-protocol';
import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';
import { freePort } from '@support/free-port';

const HIDDEN_SIZE = 64;
/** Behind the vocabulary of tiny-chat. */
const PLACEHOLDER_ID = 8007;

let aerie: AerieProcess;
let engine: RawEngine;

beforeAll(async () => {
  const port = await freePort();
  const attaching = RawEngine.join(`tcp://127.0.0.1:${port}`, {
    local: false,
    headless: true,
    info: { dtype: 'bfloat16', maxModelLen: 512 },
  });
  aerie = await startAerie(
    [
      ...['tiny-chat', '--enable-prompt-embeds', '--engine', 'vllm', '--data-parallel-size-local', '0'],
      ...['--data-parallel-address', '127.0.0.1', '--data-parallel-rpc-port', String(port)],
    ],
    { cwd: join(process.cwd(), 'libs/tokenization/fixtures') },
  );
  engine = await attaching;
});

afterAll(async () => {
  engine.close();
  expect(await aerie.stop()).toBe(0);
});

/** Rows whose values are all `first`, `first + 1`, … */
function rows(count: number, first: number): string {
  const values = Array.from({ length: count * HIDDEN_SIZE }, (_, index) => first + Math.floor(index / HIDDEN_SIZE));
  return saveTensor({ dtype: 'float32', shape: [count, HIDDEN_SIZE], values }).toString('base64');
}

/** The text of the answer. */
async function post(path: string, body: object): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify({ max_tokens: 4, ...body }) };
  return (await fetch(`${aerie.url}${path}`, init)).text();
}

/** What stands in each row: a value, or undefined for a token. */
function valuesOf({ promptEmbeds, promptTokenIds }: EngineRequest): (number | undefined)[] {
  const bytes = Buffer.from(promptEmbeds?.bytes ?? []);
  expect(bytes).toHaveLength(promptTokenIds.length * HIDDEN_SIZE * 2);
  return promptTokenIds.map((_, row) => {
    const halves = Array.from({ length: HIDDEN_SIZE }, (_, column) =>
      bytes.readUInt16LE((row * HIDDEN_SIZE + column) * 2),
    );
    expect(new Set(halves).size).toBe(1);
    const word = Buffer.alloc(4);
    word.writeUInt16LE(halves[0], 2);
    const value = word.readFloatLE(0);
    return promptEmbeds?.isTokenId?.[row] ? undefined : value;
  });
}

/** The next request of the engine; an answer that comes before it is an error. */
function arrival(answering: Promise<string>): Promise<EngineRequest> {
  const early = answering.then((text) => Promise.reject<EngineRequest>(new Error(text)));
  return Promise.race([engine.nextRequest(), early]);
}

async function answer({ requestId }: EngineRequest): Promise<void> {
  await engine.sendOutputs({ requestId, newTokenIds: [784, 7961], finishReason: 'length' });
}

describe('/v1/completions with prompt_embeds', () => {
  it('sends rows instead of ids and counts them as tokens', async () => {
    const answering = post('/v1/completions', { prompt_embeds: rows(3, 1), return_token_ids: true });
    const request = await arrival(answering);
    expect(valuesOf(request)).toEqual([1, 2, 3]);
    expect(request.promptEmbeds).toMatchObject({ dtype: 'bfloat16', hiddenSize: HIDDEN_SIZE });
    await answer(request);
    expect(JSON.parse(await answering)).toMatchObject({
      choices: [{ text: 'The capital', prompt_token_ids: [0, 0, 0], finish_reason: 'length' }],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    });
  });

  it('takes a list, before the prompts of text', async () => {
    const answering = post('/v1/completions', {
      prompt_embeds: [rows(1, 5), rows(2, 6)],
      prompt: ['The', 'The capital'],
    });
    const requests = [];
    for (let index = 0; index < 4; index++) requests.push(await arrival(answering));
    requests.sort((one, other) => one.requestId.localeCompare(other.requestId));
    expect(requests.slice(0, 2).map(valuesOf)).toEqual([[5], [6, 7]]);
    expect(requests.slice(2).map(({ promptTokenIds, promptEmbeds }) => [promptTokenIds, promptEmbeds])).toEqual([
      [[784], undefined],
      [[784, 7961], undefined],
    ]);
    for (const request of requests) await answer(request);
    const { choices, usage } = JSON.parse(await answering) as { choices: { index: number }[]; usage: object };
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(usage).toMatchObject({ prompt_tokens: 6, completion_tokens: 8 });
  });

  it('streams', async () => {
    const stream_options = { include_usage: true };
    const answering = post('/v1/completions', { prompt_embeds: rows(2, 1), stream: true, stream_options });
    await answer(await arrival(answering));
    const text = await answering;
    expect(text).toContain('"usage":{"prompt_tokens":2,"total_tokens":4,"completion_tokens":2}');
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
  });
});

describe('/v1/chat/completions with parts of embeddings', () => {
  it('sends rows in the places of the parts', async () => {
    const messages = [
      {
        role: 'user',
        content: ['Look: ', { type: 'prompt_embeds', data: rows(2, 3) }, { type: 'text', text: 'Why?' }],
      },
      { role: 'assistant', reasoning: { type: 'prompt_embeds', data: rows(1, 9) }, content: 'Because.' },
      { role: 'user', content: 'Really?' },
    ];
    const body = { messages, return_token_ids: true, return_prompt_text: true };
    const answering = post('/v1/chat/completions', body);
    const request = await arrival(answering);
    expect(valuesOf(request).filter((value) => value !== undefined)).toEqual([3, 4, 9]);
    const places = request.promptTokenIds.flatMap((id, index) => (id === PLACEHOLDER_ID ? [index] : []));
    expect(request.promptEmbeds?.isTokenId?.flatMap((token, index) => (token ? [] : [index]))).toEqual(places);
    await answer(request);
    expect(JSON.parse(await answering)).toMatchObject({
      choices: [{ message: { content: 'The capital' } }],
      usage: { prompt_tokens: request.promptTokenIds.length },
      prompt_token_ids: request.promptTokenIds,
      prompt_text: null,
    });
  });
});
