import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAskedModel } from '@support/asked-model';
import { LabelSpeaker } from '@support/label-speaker';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';

const model = await loadAskedModel();
const speaker = new LabelSpeaker(model.tokenizer);

let server: TestServer;
beforeAll(async () => {
  const engine = { tasks: ['generate'], onRequest: speaker.answer };
  server = await startTestServer({ argv: ['--served-model-name', 'tiny'], model, engine });
});
afterAll(() => server.close());

const post = (body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${server.url}/v1/systemone`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** The prompt of the only question. */
async function promptOf(body: object): Promise<string> {
  speaker.requests.length = 0;
  const answer = await post(body);
  expect(answer.status).toBe(200);
  return speaker.promptOf(0);
}

const user = (text: string, system = '') =>
  `${system && `<|im_start|>system\n${system}\n<|im_end|>\n`}<|im_start|>user\n${text}<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n`;

describe('POST /v1/systemone', () => {
  it('answers every question from the probabilities of its labels', async () => {
    speaker.requests.length = 0;
    // Of what the labels say: A:B = 3:1, yes:no = 1:1, 0:1:2 = 1:2:1; half of it goes to other tokens.
    speaker.shares = { A: 0.375, B: 0.125, yes: 0.25, no: 0.25, '0': 0.125, '1': 0.25, '2': 0.125 };
    const answer = await post(
      {
        model: 'tiny',
        state: 'The door is open.',
        questions: {
          where: { type: 'choice', instructions: 'Where?', criteria: { inside: 'under a roof', outside: null } },
          open: { type: 'noul', instructions: 'Open?' },
          wide: { type: 'score', criteria: ['a bit', 'half', 'fully'] },
        },
      },
      { 'x-request-id': 'one' },
    );
    // The wire carries 32 bits.
    const close = (value: number): unknown => expect.closeTo(value, 7);
    const inputTokens = speaker.requests.reduce((sum, { promptTokenIds }) => sum + promptTokenIds.length, 0);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await answer.json()).toEqual({
      id: 'decision-one',
      object: 'structured_decision',
      created: expect.any(Number),
      model: 'tiny',
      answers: {
        where: {
          type: 'choice',
          choice: 'inside',
          probabilities: { inside: close(0.75), outside: close(0.25) },
          confidence: close(0.375),
        },
        open: { type: 'noul', noul: 0.5, probabilities: { yes: 0.5, no: 0.5 }, confidence: close(0.25) },
        wide: {
          type: 'score',
          score: close(1),
          legend: { '0': 'a bit', '1': 'half', '2': 'fully' },
          probabilities: { '0': close(0.25), '1': close(0.5), '2': close(0.25) },
          confidence: close(0.25),
        },
      },
      usage: { input_tokens: inputTokens, output_tokens: 3 },
      diagnostics: {
        where: { label_mass: close(0.5), argmax_is_label: true },
        open: { label_mass: close(0.5), argmax_is_label: true },
        wide: { label_mass: close(0.5), argmax_is_label: true },
      },
      joint: null,
    });
  });

  it('asks the engine for the labels alone, greedily, as a request for each question', async () => {
    speaker.requests.length = 0;
    const questions = { a: { type: 'noul' }, b: { type: 'choice', criteria: { x: null, y: null } } };
    await post({ state: 'x', questions, cache_salt: 'salt', priority: 3 }, { 'x-request-id': 'two' });
    const { tokenizer } = model;
    const idOf = (label: string) => tokenizer.tokenId(label);
    expect(
      speaker.requests.map(({ externalRequestId, sampling, cacheSalt, priority }) => ({
        externalRequestId,
        cacheSalt,
        priority,
        sampling: {
          maxTokens: sampling.maxTokens,
          temperature: sampling.temperature,
          topP: sampling.topP,
          logprobTokenIds: sampling.logprobTokenIds,
          logprobs: sampling.logprobs,
        },
      })),
    ).toEqual(
      [
        ['yes', 'no'],
        ['A', 'B'],
      ].map((labels, index) => ({
        externalRequestId: `decision-two-${index}`,
        cacheSalt: 'salt',
        priority: 3,
        sampling: {
          maxTokens: 1,
          temperature: 0,
          topP: 1,
          logprobTokenIds: labels.map(idOf),
          logprobs: undefined,
        },
      })),
    );
  });

  it('tells when the model would rather have said something else', async () => {
    speaker.shares = { yes: 0.25, no: 0.25 };
    speaker.says = 'Hello';
    const answer = await post({ state: 'x', questions: { a: { type: 'noul' } } });
    speaker.says = undefined;
    expect(await answer.json()).toMatchObject({ diagnostics: { a: { argmax_is_label: false } } });
  });

  it.each([
    [
      'a choice',
      { type: 'choice', instructions: 'Where?', criteria: { inside: 'under a roof', outside: null, 'far away': '' } },
      'Question: Where?\nA: inside - under a roof\nB: outside\nC: far away\nAnswer with the letter of one option only.',
    ],
    ['a noul without words', { type: 'noul' }, 'yes\nno\nAnswer with yes or no only.'],
    [
      'a noul with a side',
      { type: 'noul', instructions: 'Open?', criteria: { true: 'one can go in' } },
      'Question: Open?\nyes: one can go in\nno\nAnswer with yes or no only.',
    ],
    [
      'a score',
      { type: 'score', instructions: null, criteria: ['low', 5, true, null] },
      '0: low\n1: 5\n2: True\n3: None\nAnswer with the number of one level only.',
    ],
    [
      'instructions that are no text',
      { type: 'noul', instructions: { a: [1, 'b'] } },
      "Question: {'a': [1, 'b']}\nyes\nno\nAnswer with yes or no only.",
    ],
  ])('words %s', async (_, question, text) => {
    expect(await promptOf({ state: 'The door.', questions: { q: question } })).toBe(user(`The door.\n\n${text}`));
  });

  it.each([
    ['an object', { b: [1, 'é'], a: null }, '{"b": [1, "é"], "a": null}'],
    ['null', null, 'null'],
    ['a number', 5, '5'],
  ])('shows a state that is %s as JSON', async (_, state, shown) => {
    const prompt = await promptOf({ state, questions: { q: { type: 'noul' } } });
    expect(prompt).toBe(user(`${shown}\n\nyes\nno\nAnswer with yes or no only.`));
  });

  it('puts instructions into the system message', async () => {
    const prompt = await promptOf({ state: 'x', instructions: 'Be strict.', questions: { q: { type: 'noul' } } });
    expect(prompt).toBe(user('x\n\nyes\nno\nAnswer with yes or no only.', 'Be strict.'));
  });

  const options = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`o${index}`, null]));
  const noul = { type: 'noul' };
  it.each([
    ['questions: needs at least one question', {}],
    [
      'questions: at most 64 for this model',
      Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`q${index}`, noul])),
    ],
    ['question ids must be non-empty', { '': noul }],
    ["unknown question type 'x'; supported: ['choice', 'noul', 'score']", { q: { type: 'x' } }],
    ["question 'q': unknown field(s) ['a', 'b']", { q: { type: 'noul', b: 1, a: 2 } }],
    ["question 'q': choice criteria must map option names to a description or null", { q: { type: 'choice' } }],
    [
      "question 'q': choice criteria must map option names to a description or null",
      { q: { type: 'choice', criteria: {} } },
    ],
    ["question 'q': at most 26 options for this model", { q: { type: 'choice', criteria: options(27) } }],
    [
      "question 'q': noul criteria must be an object with true and false",
      { q: { type: 'noul', criteria: { yes: 1 } } },
    ],
    ["question 'q': noul criteria must be an object with true and false", { q: { type: 'noul', criteria: false } }],
    ["question 'q': score criteria must be an ordered list of levels", { q: { type: 'score', criteria: ['one'] } }],
    ["question 'q': duplicate option names", { q: { type: 'score', criteria: ['one', 'one'] } }],
    ["question 'q': at most 10 options for this model", { q: { type: 'score', criteria: Object.keys(options(11)) } }],
  ])('refuses: %s', async (message, questions) => {
    const answer = await post({ state: 'x', questions });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: { message, type: 'BadRequestError', param: null, code: 400 } },
    ]);
  });

  it.each([
    ['this model does not take image inputs', { images: ['data:,'] }],
    ['this model does not take audio, image, video inputs', { videos: ['x'], images: ['x'], audio: ['x'] }],
    ["a read is the reply's first token, so thinking must be off", { chat_template_kwargs: { enable_thinking: true } }],
    [
      "these chat options end the prompt differently, so the labels' tokens are unknown",
      { chat_template_kwargs: { enable_thinking: null } },
    ],
    ['joint: this model reads each question on its own; joint reads need DiffusionGemma', { joint: true }],
  ])('refuses: %s', async (message, fields) => {
    const answer = await post({ state: 'x', questions: { q: noul }, ...fields });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: { message, type: 'BadRequestError', param: null, code: 400 } },
    ]);
  });

  it.each([
    ['body.state', { questions: { q: noul } }],
    ['body.questions', { state: 'x' }],
    ['body.questions.q.type', { state: 'x', questions: { q: {} } }],
    ['body.temperature', { state: 'x', questions: { q: noul }, temperature: 1 }],
    ['body.joint', { state: 'x', questions: { q: noul }, joint: 'true' }],
  ])('names the field at fault: %s', async (param, body) => {
    const answer = await post(body);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { type: 'Bad Request', param } }]);
  });

  it('refuses a state that does not fit the context', async () => {
    const answer = await post({ state: 'word '.repeat(600), questions: { q: noul } });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: { message: expect.stringMatching(/^This model's maximum context length is 512 tokens\./) } },
    ]);
  });

  it('knows the models by name', async () => {
    const answer = await post({ model: 'other', state: 'x', questions: { q: noul } });
    expect(answer.status).toBe(404);
  });

  it('keeps ids that look like members of an object', async () => {
    speaker.shares = { yes: 0.25, no: 0.25 };
    const answer = await post('{"state":"x","questions":{"__proto__":{"type":"noul"},"constructor":{"type":"noul"}}}');
    const { answers } = JSON.parse(await answer.text(), (key, value: unknown) =>
      key === 'answers' ? Object.keys(value as object) : value,
    ) as { readonly answers: unknown };
    expect(answers).toEqual(['__proto__', 'constructor']);
  });

  it('takes every read back when the client goes away', async () => {
    const silent = new LabelSpeaker(model.tokenizer);
    silent.silent = true;
    const quiet = await startTestServer({ model, engine: { tasks: ['generate'], onRequest: silent.answer } });
    const arrivals = [quiet.engine.next(), quiet.engine.next()];
    const leaving = new AbortController();
    const asking = fetch(`${quiet.url}/v1/systemone`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ state: 'x', questions: { a: noul, b: noul } }),
      signal: leaving.signal,
    });
    const arrived = await Promise.all(arrivals);
    const aborted = quiet.engine.nextAbort();
    leaving.abort();
    await asking.catch(() => undefined);
    await aborted;
    expect(quiet.engine.aborted).toEqual(arrived.map(({ request }) => request.requestId));
    await quiet.close();
  });
});

describe('models that cannot be asked', () => {
  it.each([
    ['of another architecture', 'LlamaForCausalLM', []],
    ['with logits for log probabilities', 'Qwen3ForCausalLM', ['--logprobs-mode', 'raw_logits']],
  ])('%s', async (_, architecture, argv) => {
    const other = await startTestServer({ model: await loadAskedModel(architecture), argv });
    const ask = async (path: string, body: object) => {
      const answer = await fetch(`${other.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return [answer.status, await answer.json()];
    };
    const unsupported = (message: string) => [
      501,
      { error: { message, type: 'NotImplementedError', param: null, code: 501 } },
    ];
    expect(await ask('/v1/systemone', { model: 'nope', state: 'x', questions: {} })).toEqual(
      unsupported('The model does not support the structured decision API'),
    );
    const predicate = { type: 'predicate', instructions: 'Open?' };
    expect(await ask('/v1/decisions', { model: 'nope', input: 'x', questions: [predicate] })).toEqual(
      unsupported('The model does not support the Decisions API'),
    );
    await other.close();
  });

  it('are not there', async () => {
    const none = await startTestServer();
    const questions = { q: { type: 'noul' } };
    const answer = await fetch(`${none.url}/v1/systemone`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ state: 'x', questions }),
    });
    expect(answer.status).toBe(501);
    await none.close();
  });
});
