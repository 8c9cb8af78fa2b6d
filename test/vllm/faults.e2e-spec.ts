import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complete, health, post, untilRunning, untilHealth } from './ask.js';
import { startAttachedAerie } from './attached-aerie.js';
import type { AttachedAerie } from './attached-aerie.js';
import { showOutputOfFailures } from './show-failures.js';
import { MAX_MODEL_LEN, SERVED_NAME as model } from './vllm-process.js';

let attached: AttachedAerie;
let url: string;

beforeAll(async () => {
  attached = await startAttachedAerie({ aerieArgs: ['--enable-scale-out', '--request-timeout', '600'] });
  ({ url } = attached.aerie);
});

afterAll(() => attached?.stop());
showOutputOfFailures(() => attached?.output());

const generate = (fields: object) =>
  post(`${url}/inference/v1/generate`, { model, token_ids: [1, 2], sampling_params: { max_tokens: 4 }, ...fields });
const constrained = (structured_outputs: object) => ({ structured_outputs, ignore_eos: false });
const ids = (count: number) => new Array<number>(count).fill(5);

describe('a request that would hurt a vLLM engine core', () => {
  it.each<[string, object]>([
    ['an empty prompt', { prompt: '' }],
    ['an empty list of ids', { prompt: [[]] }],
    ['a prompt that fills the context', { prompt: ids(MAX_MODEL_LEN) }],
    ['a prompt longer than the context', { prompt: ids(MAX_MODEL_LEN + 1) }],
    ['a text longer than the context', { prompt: 'word '.repeat(20_000) }],
    ['a token id behind the vocabulary', { prompt: [8064] }],
    ['a huge token id', { prompt: [2 ** 31] }],
    ['a negative token id', { prompt: [-1] }],
    ['a fraction for a token id', { prompt: [1.5] }],
    ['a stop token behind the vocabulary', { stop_token_ids: [8064] }],
    ['a bias behind the vocabulary', { logit_bias: { 8064: 1 } }],
    ['allowed tokens behind the vocabulary', { allowed_token_ids: [8064] }],
    ['no allowed token', { allowed_token_ids: [] }],
    ['no tokens to generate', { max_tokens: 0 }],
    ['more tokens than there are', { max_tokens: MAX_MODEL_LEN + 1 }],
    ['more least tokens than most', { min_tokens: 9 }],
    ['a negative temperature', { temperature: -1 }],
    ['a top_p of 0', { top_p: 0 }],
    ['a top_k below 0', { top_k: -2 }],
    ['a min_p above 1', { min_p: 1.5 }],
    ['a repetition penalty of 0', { repetition_penalty: 0 }],
    ['a presence penalty out of range', { presence_penalty: 3 }],
    ['a seed of 65 bits', { seed: 2 ** 65 }],
    ['a priority of 64 bits', { priority: 2 ** 63 }],
    ['too many log probabilities', { logprobs: 21 }],
    ['log probabilities of the whole vocabulary', { prompt_logprobs: -1 }],
    ['too many samples', { n: 100_000 }],
    ['an empty stop string', { stop: [''] }],
    ['an empty bad word', { bad_words: [''] }],
    ['an empty cache salt', { cache_salt: '' }],
    ['a thinking budget without a reasoning parser', { thinking_token_budget: 5 }],
    ['repetitions of negative size', { repetition_detection: { max_pattern_size: -1 } }],
    ['integers that MessagePack cannot hold', { kv_transfer_params: { block: 2 ** 65 } }],
    ['embeddings that the server does not take', { prompt: undefined, prompt_embeds: 'AAAA' }],
    ['two constraints', constrained({ regex: 'a', json: {} })],
    ['no constraint', constrained({})],
    ['an empty choice', constrained({ choice: [] })],
    ['a regex that does not compile', constrained({ regex: '[' })],
    ['a regex with a look-behind', constrained({ regex: '(?<=a)b' })],
    ['a grammar that does not compile', constrained({ grammar: 'root ::= (' })],
    ['a grammar with an unknown rule', constrained({ grammar: 'root ::= foo' })],
    ['a grammar that allows nothing', constrained({ grammar: 'root ::= root' })],
    ['a schema of an unknown type', constrained({ json: { type: 'nope' } })],
    ['a schema that allows nothing', constrained({ json: { enum: [] } })],
    ['a schema with a dangling reference', constrained({ json: { $ref: '#/definitions/x' } })],
    ['a schema that is its own reference', constrained({ json: { $ref: '#' } })],
    ['a schema with a bad pattern', constrained({ json: { type: 'string', pattern: '(' } })],
    ['a schema that is no JSON', constrained({ json: '{' })],
    ['a structural tag of an unknown kind', constrained({ structural_tag: '{"type":"nope"}' })],
  ])('is refused: %s', async (_, fields) => {
    const response = await complete(url, fields);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('"code":400')]);
    expect(await health(url)).toBe(200);
  });

  it.each<[string, object]>([
    ['an id behind the vocabulary', { token_ids: [8064] }],
    ['an empty prompt', { token_ids: [] }],
    ['a full context', { token_ids: ids(MAX_MODEL_LEN) }],
    ['a broken grammar', { sampling_params: { structured_outputs: { grammar: 'root ::= (' } } }],
    ['a stop token behind the vocabulary', { sampling_params: { stop_token_ids: [8064] } }],
  ])('is refused by /inference/v1/generate: %s', async (_, fields) => {
    expect((await generate(fields)).status).toBe(400);
  });

  it.each(['1', '-1'])('is refused for an engine that is not there: rank %s', async (rank) => {
    expect((await complete(url, {}, { headers: { 'x-data-parallel-rank': rank } })).status).toBe(400);
  });

  it.each<[string, object]>([
    ['a temperature that is nearly 0', { temperature: 1e-320 }],
    ['a top_p that is nearly 0', { top_p: 1e-45 }],
    ['a top_k above the vocabulary', { top_k: 2 ** 40 }],
    ['a penalty that is nearly 0', { repetition_penalty: 1e-40 }],
    ['a bias out of range', { logit_bias: { 5: 1e308 } }],
    ['a seed below 0', { seed: -(2 ** 53) }],
    ['a stop string that is no Unicode', { stop: ['\ud800'] }],
    ['a cache salt that is no Unicode', { cache_salt: '\ud800' }],
    ['the parameters of a transfer without a connector', { kv_transfer_params: { do_remote_prefill: true } }],
    ['a request id with a NUL', { request_id: 'a\0b' }],
    ['a grammar without end', constrained({ grammar: 'root ::= "a"{1,1000000} root' })],
    ['a regex with large counts', constrained({ regex: '((a{1,100}){1,100}){1,100}' })],
    ['many samples', { n: 128 }],
  ])('is harmless: %s', async (_, fields) => {
    expect((await complete(url, fields)).status).toBe(200);
  });

  it('is harmless when two have the same id', async () => {
    const twins = [0, 1].map(() =>
      complete(url, { max_tokens: 50, request_id: 'x' }, { headers: { 'x-request-id': 'x' } }),
    );
    expect((await Promise.all(twins)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('leaves the engine as it was', async () => {
    const response = await complete(url, { max_tokens: 20 });
    expect(await response.json()).toMatchObject({
      choices: [{ finish_reason: 'length' }],
      usage: { completion_tokens: 20 },
    });
    await untilRunning(url, 0);
  });
});

describe('kill -9 of a vLLM engine core', () => {
  it('is a 503 of /health within seconds and for good, ends running requests, and then the server', async () => {
    const answers = [true, false].map(async (stream) => {
      const response = await complete(url, { max_tokens: 2000, stream });
      return [response.status, await response.text()];
    });
    await untilRunning(url, 2);
    const killedAt = Date.now();
    process.kill(await attached.engines.enginePid(), 'SIGKILL');
    await untilHealth(url, 503);
    expect(Date.now() - killedAt).toBeLessThan(5000);

    const [streamed, whole] = await Promise.all(answers);
    expect(streamed).toEqual([200, expect.stringMatching(/"InternalServerError".*\n\ndata: \[DONE\]\n\n$/s)]);
    expect(whole).toEqual([500, expect.stringContaining('"InternalServerError"')]);
    expect((await complete(url, {})).status).toBe(500);
    expect(await health(url)).toBe(503);

    const { aerie, engines } = attached;
    expect(await aerie.exited).toBe(1);
    expect(aerie.output()).toMatch(/engine core 0 is dead: its connection was lost/);
    await engines.exited;
  });
});
