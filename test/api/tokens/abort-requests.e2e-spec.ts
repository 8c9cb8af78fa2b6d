import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ argv: ['--tokens-only'], model: await loadTinyModel() });
});
afterAll(() => server.close());

const post = (path: string, body: string): Promise<Response> => fetch(`${server.url}${path}`, { method: 'POST', body });

const generate = (body: object): Promise<Response> =>
  fetch(`${server.url}/inference/v1/generate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'one' },
    body: JSON.stringify({ token_ids: [784, 7961], sampling_params: {}, ...body }),
  });

interface Choices {
  readonly choices: readonly { readonly finish_reason: string | null; readonly token_ids: readonly number[] }[];
}

describe.each(['/inference/v1/abort_requests', '/abort_requests'])('POST %s', (path) => {
  it('ends a request by the id of its answer; the client gets what there was', async () => {
    const arrival = server.engine.next();
    const answering = generate({});
    const arrived = await arrival;
    const heard = server.engine.heard();
    arrived.say({ newTokenIds: [261] });
    await heard;
    const aborted = server.engine.nextAbort();
    const ended = await post(path, '{"request_ids":["generate-tokens-one","unknown"]}');
    await aborted;
    expect([ended.status, await ended.text()]).toEqual([200, '']);
    expect(server.engine.aborted).toContain(arrived.request.requestId);
    const { choices } = (await (await answering).json()) as Choices;
    expect(choices).toMatchObject([{ finish_reason: 'abort', token_ids: [261] }]);
  });

  it('ends every sample of a stream', async () => {
    const arrivals = [server.engine.next(), server.engine.next()];
    const answering = generate({ stream: true, sampling_params: { n: 2 } });
    await Promise.all(arrivals);
    await post(path, '{"request_ids":["generate-tokens-one"]}');
    const events = (await (await answering).text()).split('\n\n').filter((event) => event !== '');
    const reasons = events
      .slice(0, -1)
      .map((event) => (JSON.parse(event.slice(6)) as Choices).choices[0].finish_reason);
    expect([reasons, events.at(-1)]).toEqual([['abort', 'abort'], 'data: [DONE]']);
  });

  it.each([
    ['{}', "Missing 'request_ids' in request body"],
    ['[]', 'Request body must be a JSON object'],
    ['{"request_ids":"one"}', "'request_ids' must be a list of strings"],
    ['{"request_ids":[1]}', "'request_ids' must be a list of strings"],
    ['{"a":', 'JSON decode error: Expecting value: line 1 column 6 (char 5)'],
    ['{\n"a" 1}', "JSON decode error: Expecting ':' delimiter: line 2 column 5 (char 6)"],
    ['', 'JSON decode error: Expecting value: line 1 column 1 (char 0)'],
  ])('refuses %j', async (body, message) => {
    const answer = await post(path, body);
    expect(await answer.json()).toEqual({ error: { message, type: 'Bad Request', param: null, code: 400 } });
  });
});
