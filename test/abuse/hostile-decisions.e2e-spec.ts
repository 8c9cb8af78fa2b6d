import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAskedModel } from '@support/asked-model';
import { LabelSpeaker } from '@support/label-speaker';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';

let server: TestServer;
beforeAll(async () => {
  const model = await loadAskedModel();
  const speaker = new LabelSpeaker(model.tokenizer);
  server = await startTestServer({ model, engine: { tasks: ['generate'], onRequest: speaker.answer } });
});
afterAll(() => server.close());

const ODD_VALUES = [
  ...['NaN', '1e999', '-1', '9223372036854775808', '"\\ud800"', '""', '[]', '[null]', '[[]]', '{}', 'null', 'true'],
  ...[
    '{"__proto__":1}',
    '{"q":{"type":"noul"}}',
    '{"":{"type":"choice","criteria":{"":""}}}',
    '[{"type":"predicate"}]',
  ],
];
const BASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/v1/systemone': { state: '"x"', questions: '{"q":{"type":"noul"}}' },
  '/v1/decisions': { model: '""', input: '"x"', questions: '[{"type":"predicate","instructions":"?"}]' },
  '/invocations': { prompt: '"x"', max_tokens: '1' },
};
const FIELDS = [
  ...['model', 'state', 'questions', 'instructions', 'images', 'chat_template_kwargs', 'joint', 'cache_salt'],
  ...['priority', 'request_id', 'input', 'safety_identifier', 'requestType', 'messages', 'prompt', '__proto__'],
];

async function post(path: string, members: Readonly<Record<string, string>>): Promise<Response> {
  const body = `{${Object.entries(members)
    .map(([name, value]) => `"${name}":${value}`)
    .join(',')}}`;
  return fetch(server.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

describe.each(Object.keys(BASES))('POST %s', (path) => {
  it('answers every odd value in every field with a fault of the client, or serves it', async () => {
    const faults: string[] = [];
    for (const field of FIELDS) {
      for (const value of ODD_VALUES) {
        const members = Object.entries({ ...BASES[path], ...Object.fromEntries([[field, value]]) });
        const response = await post(path, Object.fromEntries(members));
        const text = await response.text();
        if (![200, 400, 404].includes(response.status)) faults.push(`${field}: ${value} → ${response.status} ${text}`);
      }
    }
    expect(faults).toEqual([]);
  });
});

describe('POST /v1/systemone', () => {
  const question = (criteria: unknown) => ({ questions: JSON.stringify({ q: { type: 'score', criteria } }) });
  it.each([
    ['a state of megabytes for every question', { state: JSON.stringify('word '.repeat(1_000_000)) }],
    [
      '20,000 questions',
      { questions: `{${Array.from({ length: 20_000 }, (_, id) => `"q${id}":{"type":"noul"}`).join(',')}}` },
    ],
    ['100,000 levels', question(Array.from({ length: 100_000 }, (_, level) => level))],
    [
      '100,000 other keys',
      { questions: `{"q":{"type":"noul",${Array.from({ length: 100_000 }, (_, key) => `"k${key}":1`).join(',')}}}` },
    ],
  ])('refuses %s, and tells the engine nothing', async (_, members) => {
    const before = server.engine.requests.length;
    const response = await post('/v1/systemone', { ...BASES['/v1/systemone'], ...members });
    expect(response.status).toBe(400);
    expect((await response.text()).length).toBeLessThan(20_000);
    expect(server.engine.requests.length).toBe(before);
  });
});
