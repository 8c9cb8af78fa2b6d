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

const post = (body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${server.url}/v1/decisions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const predicate = { type: 'predicate', instructions: 'Is it open?' };
const levels = [{ label: 'low' }, { label: 'high', description: 'above 5' }];

describe('POST /v1/decisions', () => {
  it('answers predicates, choices and scores in their order', async () => {
    speaker.requests.length = 0;
    // Half of the probability goes to other tokens.
    speaker.shares = { A: 0.125, B: 0.375 };
    const answer = await post(
      {
        model: 'tiny',
        input: 'The door.',
        questions: [
          { ...predicate, name: 'open' },
          { type: 'choice', instructions: 'Colour?', choices: [{ value: 'red' }, { value: true }] },
          { type: 'score', instructions: 'How much?', name: 'much', levels },
        ],
        safety_identifier: 'me',
      },
      { 'x-request-id': 'one' },
    );
    // The wire carries 32 bits.
    const close = (value: number): unknown => expect.closeTo(value, 7);
    const inputTokens = speaker.requests.reduce((sum, { promptTokenIds }) => sum + promptTokenIds.length, 0);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        model: 'tiny',
        answers: [
          { type: 'predicate', name: 'open', probability: close(0.75) },
          {
            type: 'choice',
            name: null,
            choice: true,
            probabilities: [
              { value: 'red', probability: close(0.25) },
              { value: true, probability: close(0.75) },
            ],
            confidence: close(0.375),
          },
          {
            type: 'score',
            name: 'much',
            score: close(0.75),
            probabilities: [
              { value: 0, label: 'low', probability: close(0.25) },
              { value: 1, label: 'high', probability: close(0.75) },
            ],
            confidence: close(0.375),
          },
        ],
        usage: {
          input_tokens: inputTokens,
          input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
          output_tokens: 3,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: inputTokens + 3,
        },
      },
    ]);
    expect(speaker.requests.map(({ externalRequestId }) => externalRequestId)).toEqual([
      'decision-one-0',
      'decision-one-1',
      'decision-one-2',
    ]);
  });

  it.each([
    ['a predicate', predicate, 'Question: Is it open?\nA: false\nB: true'],
    [
      'a choice',
      { type: 'choice', instructions: 'Which?', choices: [{ value: 'a "b"', description: 'first' }, { value: false }] },
      'Question: Which?\nA: "a \\"b\\"" - first\nB: false',
    ],
    ['a score', { type: 'score', instructions: 'How much?', levels }, 'Question: How much?\nA: low\nB: high - above 5'],
  ])('asks %s with letters', async (_, question, text) => {
    speaker.requests.length = 0;
    const input = [
      { role: 'user', content: 'The door.' },
      {
        role: 'user',
        type: 'message',
        content: [
          { type: 'input_text', text: 'One' },
          { type: 'input_text', text: 'Two' },
        ],
      },
    ];
    expect((await post({ model: 'tiny', input, questions: [question] })).status).toBe(200);
    expect(speaker.promptOf(0)).toBe(
      `<|im_start|>user\nThe door.\n\nOne\nTwo\n\n${text}\nAnswer with the letter of one option only.<|im_end|>\n` +
        '<|im_start|>assistant\n<think>\n\n</think>\n\n',
    );
  });

  const choices = (count: number) => Array.from({ length: count }, (_, value) => ({ value: String(value) }));
  it.each([
    [
      'This model supports at most 26 choices per question',
      { questions: [{ type: 'choice', instructions: '', choices: choices(27) }] },
    ],
    ['questions: at most 64 for this model', { questions: Array.from({ length: 65 }, () => predicate) }],
    ['joint: this model reads each question on its own; joint reads need DiffusionGemma', { joint: true }],
    [
      'Decisions supports text input only; images are not supported',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'data:,' }] }] },
    ],
  ])('refuses: %s', async (message, fields) => {
    const answer = await post({ model: 'tiny', input: 'x', questions: [predicate], ...fields });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: { message, type: 'BadRequestError', param: null, code: 400 } },
    ]);
  });

  const choice = (...given: readonly unknown[]) => ({ type: 'choice', instructions: '', choices: given });
  it.each([
    ['body.model', 'Field required', { model: undefined }],
    ['body.input', 'Field required', { input: undefined }],
    ['body.input', 'Input should be a valid string', { input: 5 }],
    ['body.questions', 'List should have at least 1 item after validation, not 0', { questions: [] }],
    [
      'body.questions',
      'List should have at most 200 items after validation, not 201',
      { questions: Array.from({ length: 201 }, () => predicate) },
    ],
    ['body.questions.0.type', "Input should be 'predicate', 'choice' or 'score'", { questions: [{ type: 'noul' }] }],
    ['body.questions.0.type', 'Field required', { questions: [{}] }],
    ['body.questions.0', 'Input should be a valid dictionary', { questions: ['predicate'] }],
    ['body.questions.0.name', 'name must be a string when provided', { questions: [{ ...predicate, name: null }] }],
    ['body.questions.0.why', 'Extra inputs are not permitted', { questions: [{ ...predicate, why: 1 }] }],
    ['body.questions.0.choices', 'List should have at least 2 items', { questions: [choice({ value: 'a' })] }],
    [
      'body.questions.0.choices',
      'choice values must be distinct',
      { questions: [choice({ value: 'a' }, { value: 'a', description: 'again' })] },
    ],
    ['body.questions.0.choices.0.value', 'Input should be a valid string', { questions: [choice({ value: 1 }, {})] }],
    ['body.user', 'Extra inputs are not permitted', { user: 'me' }],
    ['body.safety_identifier', 'at most 128 characters', { safety_identifier: 'x'.repeat(129) }],
  ])('names the field at fault: %s, %s', async (param, message, fields) => {
    const answer = await post({ model: 'tiny', input: 'x', questions: [predicate], ...fields });
    const { error } = (await answer.json()) as { readonly error: unknown };
    expect([answer.status, error]).toMatchObject([400, { type: 'Bad Request', param }]);
    expect(error).toHaveProperty('message', expect.stringContaining(message));
  });
});
