import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineRequest, FinishReason } from '@app/engine-protocol';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

const model = await loadTinyModel();
const EOS = 8002;
const PARSERS = ['--enable-auto-tool-choice', '--tool-call-parser', 'hermes', '--reasoning-parser', 'qwen3'];
const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }];
const call = '<tool_call>\n{"name": "weather", "arguments": {"city": "Paris"}}\n</tool_call>';

type Json = Readonly<Record<string, unknown>>;

/** What an engine made of one prompt. */
interface Output {
  readonly ids: readonly number[];
  readonly finish: FinishReason;
  readonly stopReason?: number | undefined;
}

let server: TestServer;
let parsing: TestServer;
beforeAll(async () => {
  const start = (argv: readonly string[]) => startTestServer({ argv: ['--enable-scale-out', ...argv], model });
  [server, parsing] = await Promise.all([start([]), start(PARSERS)]);
});
afterAll(() => Promise.all([server.close(), parsing.close()]));

async function post(to: TestServer, path: string, body: unknown): Promise<{ status: number; json: Json }> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${to.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, json: (await answer.json()) as Json };
}

async function mustPost<T = Json>(to: TestServer, path: string, body: unknown): Promise<T> {
  const { status, json } = await post(to, path, body);
  expect(json).not.toHaveProperty('error');
  expect(status).toBe(200);
  return json as T;
}

async function toOutput(text: string, finish: FinishReason = 'stop'): Promise<Output> {
  const ids = await model.tokenizer.encode(text, { addSpecialTokens: false });
  return { ids: finish === 'stop' ? [...ids, EOS] : ids, finish };
}

/** The answer of an ordinary route, or of the one for tokens, from an engine that writes a token a step. */
async function generate(to: TestServer, path: string, body: object, { ids, finish, stopReason }: Output) {
  const arrival = to.engine.next();
  const answer = mustPost(to, path, body);
  const arrived = await arrival;
  arrived.say(
    ...ids.map((id, at) => {
      const last = at === ids.length - 1;
      const table = tableOf([id]);
      return {
        newTokenIds: [id],
        finishReason: last ? finish : undefined,
        stopReason: last ? stopReason : undefined,
        logprobs: {
          rows: 1,
          columns: table[0].length,
          tokenIds: table[0].map((entry) => entry.token_id),
          logprobs: table[0].map((entry) => entry.logprob),
          ranks: [1],
        },
      };
    }),
  );
  return { answer: await answer, request: arrived.request };
}

/** What two requests for the same never share. */
const idsOf = ({ requestId, externalRequestId, arrivalTime }: EngineRequest) => ({
  requestId,
  externalRequestId,
  arrivalTime,
});

/** Told by a server only when it is asked to. */
const promptOf = ({ token_ids }: Json) => ({ prompt_token_ids: token_ids });

/** Two alternatives for every token: itself, and its neighbour. */
function tableOf(ids: readonly number[]) {
  return ids.map((id) => [
    { token_id: id, logprob: -0.5, rank: 1 },
    { token_id: id + 1, logprob: -1.25, rank: 2 },
  ]);
}

function logprobsOf(ids: readonly number[]) {
  return { content: tableOf(ids).map((top) => ({ ...top[0], top_logprobs: top })) };
}

const choiceOf = ({ ids, finish, stopReason }: Output) => ({
  index: 0,
  finish_reason: finish,
  stop_reason: stopReason ?? null,
  token_ids: ids,
  logprobs: logprobsOf(ids),
});

/** Cuts the output and sends the pieces one after the other; the end may come by itself. Returns the chunks. */
async function derenderStream(
  { to, path, body }: { readonly to: TestServer; readonly path: string; readonly body: object },
  { ids, finish, stopReason }: Output,
  cuts: readonly number[],
): Promise<Json[]> {
  const edges = [0, ...cuts, ids.length];
  const pieces = edges.slice(1).map((end, at) => ids.slice(edges[at], end));
  const chunks: Json[] = [];
  let state: unknown;
  for (const [at, piece] of pieces.entries()) {
    const ending = at === pieces.length - 1 ? { finish_reason: finish, stop_reason: stopReason } : {};
    const choice = { index: 0, token_ids: piece, logprobs: logprobsOf(piece), ...ending };
    const chunk = { request_id: 'r', choices: [choice] };
    const step = await mustPost<{ chunk: Json; stream_state: unknown }>(to, path, {
      ...body,
      stream: true,
      generate_chunk: chunk,
      stream_state: state,
    });
    state = step.stream_state;
    chunks.push(...(step.chunk.choices as Json[]));
  }
  return chunks;
}

/** Cuts of an output of `length` tokens: everything in one, one by one, and some between. */
function someCuts(length: number): readonly (readonly number[])[] {
  const all = Array.from({ length: Math.max(0, length - 1) }, (_, at) => at + 1);
  return [[], all, ...fc.sample(fc.subarray(all), { numRuns: 2, seed: 7 })];
}

interface CallJson {
  readonly index: number;
  readonly id: string | null;
  readonly function: { readonly name: string | null; readonly arguments: string | null };
}

interface DeltaJson {
  readonly role: string | null;
  readonly content: string | null;
  readonly reasoning: string | null;
  readonly tool_calls?: readonly CallJson[];
}

/** The whole choice that chunks of a chat add up to. */
function mergeChat(chunks: readonly Json[]): object {
  const deltas = chunks.map(({ delta }) => delta as DeltaJson);
  expect(deltas.map(({ role }) => role)).toEqual(deltas.map((_, at) => (at === 0 ? 'assistant' : null)));
  const join = (texts: readonly (string | null)[]) => texts.filter((text) => text !== null).join('') || null;
  const pieces = deltas.flatMap(({ tool_calls = [] }) => tool_calls);
  const calls = [...new Set(pieces.map(({ index }) => index))].map((index) => {
    const own = pieces.filter((piece) => piece.index === index);
    expect(own.filter(({ id }) => id !== null)).toHaveLength(1);
    return {
      name: own[0].function.name,
      arguments: own.map((piece) => piece.function.arguments ?? '').join(''),
    };
  });
  const last = chunks.at(-1);
  return {
    content: join(deltas.map(({ content }) => content)),
    reasoning: join(deltas.map(({ reasoning }) => reasoning)),
    calls,
    logprobs: chunks.flatMap(({ logprobs }) => (logprobs as { content: unknown[] } | null)?.content ?? []),
    finish_reason: last?.finish_reason,
    stop_reason: last?.stop_reason,
  };
}

function flattenChat({ message, logprobs, finish_reason, stop_reason }: Json): object {
  const { content, reasoning, tool_calls = [] } = message as Omit<DeltaJson, 'role'>;
  return {
    content,
    reasoning,
    calls: tool_calls.map((made) => made.function),
    logprobs: (logprobs as { content: unknown[] } | null)?.content ?? [],
    finish_reason,
    stop_reason,
  };
}

const firstChoice = (answer: Json) => (answer.choices as Json[])[0];

/** What differs by design: ids, times, the fingerprint, and details of usage that tokens alone do not tell. */
function comparable({ usage, ...answer }: Json): object {
  const counts = { ...(usage as Json), completion_tokens_details: null };
  const text = JSON.stringify({ ...answer, usage: counts, id: '', created: 0, system_fingerprint: null });
  return JSON.parse(text.replace(/chatcmpl-tool-[0-9a-f]{16}/g, '')) as object;
}

const tellsAll = { logprobs: true, top_logprobs: 1, return_token_ids: true };
const continues = { add_generation_prompt: false, continue_final_message: true };
const continued = [
  { role: 'user', content: 'Why?' },
  { role: 'assistant', content: '<think>hm</think>And' },
];

type ChatCase = readonly [name: string, answer: string, fields: object, finish: FinishReason];

const withTools: readonly ChatCase[] = [
  ['a call', `a</think>Ok. ${call}`, { tools }, 'stop'],
  ['two calls', `a</think>${call}${call}`, { tools }, 'stop'],
  ['one of two calls', `a</think>${call}${call}`, { tools, parallel_tool_calls: false }, 'stop'],
  ['a call that was cut off', `a</think>${call.slice(0, 60)}`, { tools }, 'length'],
  ['calls that are text', `a</think>${call}`, { tools, tool_choice: 'none' }, 'stop'],
];

describe.each([
  ['without parsers', () => server, []],
  ['with parsers', () => parsing, withTools],
])('a chat %s: render, generate, derender', (_, serverOf, more) => {
  it.each<ChatCase>([
    ['an answer', 'Because 🎉 é.', {}, 'stop'],
    ['a thought', '<think>hm\n</think>\n\nso it is', {}, 'stop'],
    ['a thought that goes on', '<think>hm', {}, 'length'],
    ['a thought that nobody wants to see', '<think>hm</think>so', { include_reasoning: false, ...tellsAll }, 'stop'],
    ['a thought that the prompt ended', 'so', { messages: continued, ...continues }, 'stop'],
    ['log probabilities', 'a</think>é🎉', tellsAll, 'stop'],
    ['special tokens in the text', 'a</think>b<|im_start|>c', { skip_special_tokens: false }, 'length'],
    ...more,
  ])('%s equals the ordinary answer, whole and however it is cut', async (_name, text, fields, finish) => {
    const to = serverOf();
    const output = await toOutput(text, finish);
    const body = { messages: [{ role: 'user', content: 'Why?' }], ...fields };
    const { answer, request } = await generate(to, '/v1/chat/completions', body, output);

    const rendered = await mustPost(to, '/v1/chat/completions/render', body);
    expect(rendered.token_ids).toEqual(request.promptTokenIds);
    const generated = await generate(to, '/inference/v1/generate', rendered, output);
    expect(generated.request).toEqual({ ...request, ...idsOf(generated.request) });
    const read = await generate(to, '/inference/v1/generate', { ...rendered, output_mode: 'derender' }, output);
    expect(flattenChat(firstChoice(read.answer))).toEqual(flattenChat(firstChoice(answer)));

    const path = '/v1/chat/completions/derender';
    const facts = {
      chat_request: body,
      prompt_tokens: request.promptTokenIds.length,
      prompt_token_ids: rendered.token_ids,
    };
    const answered = await mustPost(to, path, {
      ...facts,
      generate_response: { ...generated.answer, ...promptOf(rendered) },
    });
    expect(comparable(answered)).toEqual(comparable(answer));
    expect(answered.id).toBe(generated.answer.request_id);

    const whole = { request_id: 'r', choices: [choiceOf(output)] };
    const derendered = await mustPost(to, path, { ...facts, generate_response: whole });
    for (const cuts of someCuts(output.ids.length)) {
      const chunks = await derenderStream({ to, path, body: facts }, output, cuts);
      expect(mergeChat(chunks)).toEqual(flattenChat(firstChoice(derendered)));
    }
  });
});

describe('completions: render, generate, derender', () => {
  it.each<[string, object, Output | string]>([
    ['an answer', { logprobs: 1 }, ' Paris 🎉 é'],
    ['an answer that ends in half a character', { max_tokens: 3 }, { ids: [261, 240, 159], finish: 'length' }],
    ['half a character of the prompt', { prompt: [72, 240, 159] }, { ids: [142, 137, 261, EOS], finish: 'stop' }],
    ['a stop token of its own', { stop_token_ids: [289] }, { ids: [261, 289], finish: 'stop', stopReason: 289 }],
    [
      'a stop token that is shown',
      { stop_token_ids: [289], include_stop_str_in_output: true },
      { ids: [261, 289], finish: 'stop', stopReason: 289 },
    ],
    ['ids, and ids in their place', { return_token_ids: true, return_tokens_as_token_ids: true, logprobs: 0 }, ' a b'],
  ])('%s equals the ordinary answer, whole and however it is cut', async (_, fields, given) => {
    const output = typeof given === 'string' ? await toOutput(given) : given;
    // Not the default, 16: as in vLLM it is left out, and then means no limit to the route for tokens.
    const body = { prompt: 'The capital of France is', max_tokens: 17, ...fields };
    const { answer, request } = await generate(server, '/v1/completions', body, output);

    const [rendered] = await mustPost<Json[]>(server, '/v1/completions/render', body);
    expect(rendered.token_ids).toEqual(request.promptTokenIds);
    const generated = await generate(server, '/inference/v1/generate', rendered, output);
    expect(generated.request).toEqual({ ...request, ...idsOf(generated.request) });

    const path = '/v1/completions/derender';
    const derender = (response: object) =>
      mustPost(server, path, {
        generate_responses: [{ ...response, ...promptOf(rendered) }],
        prompt_tokens: [request.promptTokenIds.length],
        completion_request: body,
      });
    expect(comparable(await derender(generated.answer))).toEqual(comparable(answer));
    const derendered = await derender({ choices: [choiceOf(output)] });

    const facts = { prompt_token_ids: rendered.token_ids, completion_request: body };
    for (const cuts of someCuts(output.ids.length)) {
      const chunks = await derenderStream({ to: server, path, body: facts }, output, cuts);
      expect(mergeCompletion(chunks)).toEqual(mergeCompletion(derendered.choices as Json[]));
    }
  });

  it('finds the stop string that another server generated past', async () => {
    const ids = await model.tokenizer.encode(' one two three', { addSpecialTokens: false });
    const derender = (choice: object, request: object) =>
      mustPost(server, '/v1/completions/derender', {
        generate_responses: [{ choices: [{ index: 0, token_ids: ids, finish_reason: 'stop', ...choice }] }],
        completion_request: { prompt: 'a', ...request },
      }).then(firstChoice);
    const stop = { stop: ['wo', 'three'] };
    expect(await derender({}, stop)).toMatchObject({ text: ' one t', stop_reason: 'wo' });
    expect(await derender({ stop_reason: 'three' }, stop)).toMatchObject({ text: ' one two ', stop_reason: 'three' });
    expect(await derender({}, { ...stop, min_tokens: 2 })).toMatchObject({ text: ' one two ', stop_reason: 'three' });
    expect(await derender({}, { ...stop, include_stop_str_in_output: true })).toMatchObject({ text: ' one two' });
    expect(await derender({ finish_reason: 'length' }, stop)).toMatchObject({
      text: ' one two three',
      stop_reason: null,
    });
  });

  it('numbers the choices of all prompts, adds up their tokens, and takes over what all have in common', async () => {
    const response = (text: string, more: object) =>
      toOutput(text).then((output) => ({
        choices: [choiceOf(output), choiceOf(output)],
        metrics: { queue_time_ms: 2 },
        ...more,
      }));
    const derender = (responses: readonly object[]) =>
      mustPost(server, '/v1/completions/derender', {
        generate_responses: responses,
        prompt_tokens: responses.map(() => 2),
      });
    const [a, b] = [
      await response(' a', { kv_transfer_params: { at: 1 } }),
      await response(' b', { kv_transfer_params: { at: 2 } }),
    ];
    const both = await derender([a, b]);
    expect((both.choices as Json[]).map(({ index, text }) => [index, text])).toEqual([
      [0, ' a'],
      [1, ' a'],
      [2, ' b'],
      [3, ' b'],
    ]);
    expect(both).toMatchObject({
      usage: { prompt_tokens: 4, completion_tokens: 8 },
      kv_transfer_params: null,
      metrics: null,
    });
    expect(await derender([a])).toMatchObject({ kv_transfer_params: { at: 1 }, metrics: { queue_time_ms: 2 } });
  });
});

function mergeCompletion(chunks: readonly Json[]): object {
  const lists = chunks.map(({ logprobs }) => logprobs as Readonly<Record<string, unknown[]>>);
  const joined = (name: string) => lists.flatMap((list) => list[name]);
  return {
    text: chunks.map(({ text }) => text).join(''),
    logprobs: ['text_offset', 'token_logprobs', 'tokens', 'top_logprobs'].map(joined),
    finish_reason: chunks.at(-1)?.finish_reason,
    stop_reason: chunks.at(-1)?.stop_reason,
  };
}

describe('render', () => {
  it.each([
    [
      'beam search',
      '/v1/chat/completions/render',
      { use_beam_search: true },
      'Beam search is not supported by the render endpoint',
    ],
    [
      'beam search',
      '/v1/completions/render',
      { use_beam_search: true },
      'Beam search is not supported by the render endpoint',
    ],
    ['no token', '/v1/completions/render', { prompt: ['a', ''] }, 'No token_ids rendered'],
    [
      'two constraints',
      '/v1/completions/render',
      { structured_outputs: { regex: 'a', grammar: 'b' } },
      'You can only use one kind',
    ],
    ['an unknown model', '/v1/completions/render', { model: 'x' }, 'The model `x` does not exist'],
  ])('refuses %s at %s', async (_, path, fields, message) => {
    const body = { prompt: 'a', messages: [{ role: 'user', content: 'a' }], ...fields };
    const { status, json } = await post(server, path, body);
    expect([status, json.error]).toEqual([
      'model' in fields ? 404 : 400,
      expect.objectContaining({ message: expect.stringContaining(message) as unknown }),
    ]);
  });

  it('asks the engine nothing', async () => {
    const before = server.engine.requests.length;
    await mustPost(server, '/v1/completions/render', { prompt: 'a' });
    expect(server.engine.requests).toHaveLength(before);
  });
});

describe('derender', () => {
  const chat = '/v1/chat/completions/derender';
  const completions = '/v1/completions/derender';
  const generated = (choice: object = {}) => ({ choices: [{ index: 0, token_ids: [97], ...choice }] });
  const chunk = (state: object) => ({ stream: true, generate_chunk: generated(), stream_state: state });
  const long = Array<number>(513).fill(97);
  const top = (count: number) => ({
    content: [{ token_id: 97, logprob: -1, top_logprobs: Array(count).fill({ token_id: 97, logprob: -1 }) }],
  });

  it.each<[string, string, object, string]>([
    [
      'a choice without tokens',
      chat,
      { generate_response: generated({ token_ids: null }) },
      'choice 0 has empty or null token_ids',
    ],
    [
      'a choice without tokens',
      completions,
      { generate_responses: [generated({ token_ids: [] })] },
      'has empty or null token_ids',
    ],
    [
      'more tokens than the context',
      chat,
      { generate_response: generated({ token_ids: long }) },
      'token_ids length (513) in choice 0 exceeds max_model_len (512).',
    ],
    [
      'more tokens than the context',
      completions,
      { stream: true, generate_chunk: generated({ token_ids: long }) },
      'token_ids length (513)',
    ],
    [
      'a longer prompt',
      completions,
      { generate_responses: [generated()], prompt_token_ids: [long] },
      'prompt_token_ids length (513) exceeds',
    ],
    [
      'more alternatives than there can be',
      chat,
      { generate_response: generated({ logprobs: top(130) }) },
      'top_logprobs count (130) in choice 0',
    ],
    [
      'more choices than samples',
      chat,
      { generate_response: { choices: Array(129).fill(generated().choices[0]) } },
      'choices count (129)',
    ],
    [
      'more responses than prompts',
      completions,
      { generate_responses: Array(1025).fill(generated()) },
      'generate_responses count (1025)',
    ],
    [
      'lists that do not go together',
      completions,
      { generate_responses: [generated()], prompt_tokens: [1, 2] },
      'prompt_tokens length (2) must equal generate_responses length (1)',
    ],
    [
      'stop strings of a stream',
      completions,
      { ...chunk({}), completion_request: { prompt: 'a', stop: 'b' } },
      'stop strings are not supported by streaming derender',
    ],
    [
      'two choices of a stream',
      completions,
      { stream: true, generate_chunk: { choices: [...generated().choices, ...generated().choices] } },
      'expects at most one choice per chunk (got 2).',
    ],
    [
      'an offset outside',
      completions,
      chunk({ prev_tokens: ['a'], read_offset: 2 }),
      'read_offset (2) is outside of prev_tokens (1)',
    ],
    [
      'offsets that cross',
      completions,
      chunk({ prev_tokens: ['a'], prefix_offset: 1 }),
      'prefix_offset (1) is outside',
    ],
    [
      'pieces of another vocabulary',
      completions,
      chunk({ prev_tokens: ['no such piece'] }),
      "not of this model's vocabulary",
    ],
    [
      'lengths that do not add up',
      chat,
      chunk({ output_token_ids: [97], output_chunk_lens: [2] }),
      'output_chunk_lens must sum to len(output_token_ids) (got sum=2',
    ],
    [
      'a stream beyond the context',
      chat,
      { ...chunk({ output_token_ids: long.slice(2), output_chunk_lens: [511] }), prompt_token_ids: [97] },
      'plus delta (1) exceeds max_model_len (512).',
    ],
    [
      'a request that nobody could have rendered',
      completions,
      { generate_responses: [generated()], completion_request: { prompt: 'a', stop: ['a'.repeat(5000)] } },
      'stop strings must have at most 4096 characters',
    ],
    [
      'numbers that JSON has not',
      completions,
      { generate_responses: [generated({ logprobs: { content: [{ token_id: 97, logprob: 'nan' }] } })] },
      'logprob',
    ],
  ])('refuses %s at %s', async (_, path, body, message) => {
    const { status, json } = await post(server, path, body);
    expect([status, json.error]).toEqual([
      400,
      expect.objectContaining({ message: expect.stringContaining(message) as unknown }),
    ]);
  });

  it.each([
    ['a thought', {}, { content: null, reasoning: 'so' }],
    ['content', { enable_thinking: false }, { content: 'so', reasoning: null }],
  ])('needs no prompt to tell %s, if the arguments of the template do', async (_, kwargs, expected) => {
    const { ids } = await toOutput('so');
    const body = { chat_request: { messages: [{ role: 'user', content: 'a' }], chat_template_kwargs: kwargs } };
    const derendered = await mustPost(parsing, chat, { ...body, generate_response: generated({ token_ids: ids }) });
    expect(firstChoice(derendered).message).toMatchObject(expected);
  });

  it('keeps ids of calls that were told, whatever the list is cut to', async () => {
    const { ids } = await toOutput(`a</think>${call}${call}`);
    const body = { chat_request: { messages: [{ role: 'user', content: 'a' }], tools }, prompt_token_ids: [97] };
    const half = Math.ceil(ids.length / 2) + 2;
    const step = await mustPost<{ stream_state: Json }>(parsing, chat, {
      ...body,
      stream: true,
      generate_chunk: generated({ token_ids: ids.slice(0, half) }),
    });
    const known = step.stream_state.last_tool_call_ids as string[];
    const next = (last: readonly string[]) =>
      mustPost<{ stream_state: Json }>(parsing, chat, {
        ...body,
        stream: true,
        generate_chunk: generated({ token_ids: ids.slice(half), finish_reason: 'stop' }),
        stream_state: { ...step.stream_state, last_tool_call_ids: last },
      }).then(({ stream_state: state }) => state.last_tool_call_ids);
    const id = expect.stringMatching(/^chatcmpl-tool-[0-9a-f]{16}$/) as unknown;
    expect(await next(known)).toEqual([known[0], id]);
    expect(await next([])).toEqual([id, id]);
  });
});

describe('a generate request that wants a message', () => {
  const wants = { token_ids: [261], sampling_params: {}, output_mode: 'derender' };
  const named = { tool_choice: { type: 'function', function: { name: 'weather' } } };

  it.each<[string, object, string, string | null]>([
    ['a stream', { stream: true, parse_context: {} }, "output_mode='derender' does not support stream=true.", null],
    [
      'no context',
      {},
      "output_mode='derender' requires parse_context on a server with a tool or reasoning parser. Use the one returned by /render.",
      null,
    ],
    [
      'a tool that is not there',
      { parse_context: named },
      'The tool specified in `tool_choice` does not match any of the specified `tools` (parameter=tool_choice)',
      'tool_choice',
    ],
  ])('is refused with %s', async (_, fields, message, param) => {
    const { json } = await post(parsing, '/inference/v1/generate', { ...wants, ...fields });
    expect(json).toEqual({ error: { message, type: 'BadRequestError', param, code: 400 } });
  });

  it('is refused with a context that this server does not understand', async () => {
    const body = { ...wants, parse_context: { zeta: 1, alpha: 2 } };
    const { json } = await post(parsing, '/inference/v1/generate', body);
    expect(json).toMatchObject({ error: { type: 'Bad Request', param: 'body', code: 400 } });
    expect(JSON.stringify(json)).toContain("Unknown parse_context fields ['alpha', 'zeta']");
    const tokens = await toOutput(' a');
    await generate(parsing, '/inference/v1/generate', { ...body, output_mode: 'tokens' }, tokens);
  });

  it('has no tokens and log probabilities to show when thoughts are hidden', async () => {
    const context = { include_reasoning: false };
    const body = { ...wants, sampling_params: { logprobs: 1, skip_special_tokens: false }, parse_context: context };
    const { answer } = await generate(parsing, '/inference/v1/generate', body, await toOutput('hm</think>so'));
    expect(firstChoice(answer)).toMatchObject({
      token_ids: null,
      logprobs: null,
      message: { role: 'assistant', content: 'so', reasoning: null },
    });
  });
});
