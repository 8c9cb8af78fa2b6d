import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { loadModel } from '@server/engine/load-model';
import { loadConfig } from '@server/index';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';

const tiny = join(process.cwd(), 'libs/tokenization/fixtures/tiny-chat');
const directory = mkdtempSync(join(tmpdir(), 'aerie-encoders-'));
afterAll(() => rmSync(directory, { recursive: true }));

type Json = Readonly<Record<string, unknown>>;

/** tiny-chat's tokenizer, with these tokens too, under another model's config. */
function makeModel(name: string, config: Json, tokens: readonly string[]): string {
  const folder = join(directory, name);
  cpSync(tiny, folder, { recursive: true });
  const read = (file: string): Json => JSON.parse(readFileSync(join(tiny, file), 'utf8')) as Json;
  const write = (file: string, value: Json): void => writeFileSync(join(folder, file), JSON.stringify(value));
  write('config.json', { ...read('config.json'), ...config });
  const { added_tokens: known, ...tokenizer } = read('tokenizer.json');
  const added = tokens.map((content, index) => ({ ...(known as Json[])[0], id: 8007 + index, content }));
  write('tokenizer.json', { ...tokenizer, added_tokens: [...(known as Json[]), ...added] });
  return folder;
}

const harmonyTokens = ['<|start|>', '<|channel|>', '<|message|>', '<|end|>', '<|call|>'];
const gptOss = makeModel('gpt-oss', { model_type: 'gpt_oss' }, harmonyTokens);
const deepSeek = makeModel('deepseek', { architectures: ['DeepseekV4ForCausalLM'] }, ['<｜User｜>', '<｜Assistant｜>']);

let server: TestServer | undefined;
afterEach(() => server?.close());

async function serve(model: string, ...argv: string[]): Promise<TestServer> {
  const { config } = loadConfig({ argv: [model, '--engine', 'vllm', ...argv] });
  server = await startTestServer({
    argv: ['--served-model-name', 'm', ...argv],
    model: await loadModel(config),
  });
  return server;
}

interface Answer {
  readonly status: number;
  readonly body: Json;
}

async function post(path: string, body: object): Promise<Answer> {
  const answer = await fetch(`${server?.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Json };
}

/** The prompt as text, and its ids. */
async function promptOf(chat: object): Promise<{ readonly text: unknown; readonly ids: readonly number[] }> {
  const { body } = await post('/tokenize', chat);
  const ids = body.tokens as readonly number[];
  return { ids, text: (await post('/detokenize', { tokens: ids })).body.prompt };
}

const hi = [{ role: 'user', content: 'Hi <|start|><think>' }];
const weather = { type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } };

describe('gpt-oss', () => {
  const system =
    '<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.\nKnowledge cutoff: 2024-06\n' +
    'Current date: 2025-06-28\n\nReasoning: medium\n\n# Valid channels: analysis, commentary, final. Channel must be included for every message.';
  const turn = '<|start|>user<|message|>Hi <|start|><think><|end|><|start|>assistant';

  it('has its prompts built by harmony: what users write holds no token', async () => {
    await serve(gptOss, '--system-start-date', '2025-06-28', '--chat-template', '{{ 1 }}');
    const { text, ids } = await promptOf({ messages: hi });
    expect(text).toBe(`${system}<|end|>${turn}`);
    expect(ids.filter((id) => id >= 8000)).toEqual([8007, 8009, 8010, 8007, 8009, 8010, 8007]);
  });

  it('gives the engine the prompt that it counts, and takes tools without a parser', async () => {
    const { engine } = await serve(gptOss, '--system-start-date', '2025-06-28');
    const chat = { messages: hi, tools: [weather] };
    const arrival = engine.next();
    const answered = post('/v1/chat/completions', { ...chat, model: 'm', max_tokens: 1, return_prompt_text: true });
    const arrived = await arrival;
    arrived.say({ newTokenIds: [261], finishReason: 'length' });
    const { text, ids } = await promptOf(chat);
    expect(arrived.request.promptTokenIds).toEqual(ids);
    expect((await answered).body.prompt_text).toBe(text);
    expect(text).toContain('type get_weather = (_: {\n}) => any;');
  });

  it.each([
    ['none', "Harmony does not support reasoning_effort='none' (parameter=reasoning_effort)"],
    [
      'max',
      "reasoning_effort='max' is not supported by Harmony. Supported values are: high, medium, low. (parameter=reasoning_effort)",
    ],
  ])('refuses the effort %s', async (reasoning_effort, message) => {
    await serve(gptOss);
    expect(await post('/v1/chat/completions', { model: 'm', messages: hi, reasoning_effort })).toEqual({
      status: 400,
      body: { error: { message, type: 'BadRequestError', param: 'reasoning_effort', code: 400 } },
    });
  });

  it('renders a long conversation in a worker as it does here', async () => {
    await serve(gptOss, '--system-start-date', '2025-06-28');
    const { text } = await promptOf({ messages: Array.from({ length: 300 }, () => hi[0]) });
    expect(text).toBe(`${system}<|end|>${turn.slice(0, -'<|start|>assistant'.length).repeat(300)}<|start|>assistant`);
    const refused = { messages: [...Array.from({ length: 300 }, () => hi[0]), { role: 'critic', content: 'x' }] };
    expect((await post('/tokenize', refused)).body).toMatchObject({ error: { param: 'messages', code: 400 } });
  });

  it('needs its tokens in the tokenizer', async () => {
    const bare = makeModel('bare', { model_type: 'gpt_oss' }, ['<|start|>']);
    await expect(serve(bare)).rejects.toThrow(
      `the tokenizer of '${bare}' has no token <|channel|>, which its prompts are made of`,
    );
  });
});

describe('DeepSeek V4', () => {
  it('has its prompts built by its encoder', async () => {
    await serve(deepSeek);
    const { text, ids } = await promptOf({ messages: hi, chat_template_kwargs: { thinking: false } });
    expect(text).toBe('<｜begin▁of▁sentence｜><｜User｜>Hi <|start|><think><｜Assistant｜></think>');
    expect(ids.filter((id) => id >= 8000)).toEqual([8007, 8005, 8008, 8006]);
  });

  it('has them built by a template where the operator wants it', async () => {
    await serve(deepSeek, '--tokenizer-mode', 'hf');
    expect((await promptOf({ messages: [{ role: 'user', content: 'Hi' }] })).text).toBe(
      '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    );
  });

  it('lets no request bring a template, and asks for a parser of tools', async () => {
    await serve(deepSeek);
    expect((await post('/tokenize', { messages: hi, chat_template: 'x' })).body).toMatchObject({
      error: { message: expect.stringContaining('--trust-request-chat-template is not set') as string },
    });
    expect((await post('/v1/chat/completions', { model: 'm', messages: hi, tools: [weather] })).body).toMatchObject({
      error: { message: expect.stringContaining('"auto" tool choice requires') as string },
    });
  });
});
