import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSocket, readAnswer } from '@support/raw-http';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    model: await loadTinyModel(),
    argv: ['--max-body-size', '64K', '--max-json-depth', '64'],
  });
});
afterAll(() => server.close());

async function post(
  body: string | Buffer,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<{ status: number; error: unknown }> {
  const response = await fetch(`${server.url}/v1/completions`, { method: 'POST', headers, body });
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(response.headers.get('vary')).toBe('Origin');
  const { error } = (await response.json()) as { error: unknown };
  return { status: response.status, error };
}

const issue = (entry: string, param: string): unknown => ({
  status: 400,
  error: { message: `1 validation error:\n  ${entry}`, type: 'Bad Request', param, code: 400 },
});

describe('bodies', () => {
  it.each([
    [
      '{oops',
      issue(
        "{'type': 'json_invalid', 'loc': 'body.1', 'msg': 'JSON decode error', 'input': '<dict of 0 items>', 'ctx': {'error': 'Expecting property name enclosed in double quotes'}}",
        'body.1',
      ),
    ],
    ['', issue("{'type': 'missing', 'loc': 'body', 'msg': 'Field required', 'input': 'None'}", 'body')],
    [
      '5',
      issue(
        "{'type': 'model_attributes_type', 'loc': 'body', 'msg': 'Input should be a valid dictionary or object to extract fields from', 'input': '5'}",
        'body',
      ),
    ],
    [
      '['.repeat(2000),
      issue(
        "{'type': 'json_invalid', 'loc': 'body.64', 'msg': 'JSON decode error', 'input': '<dict of 0 items>', 'ctx': {'error': 'Nesting is deeper than 64 levels'}}",
        'body.64',
      ),
    ],
    [
      '{"prompt": "a", "n": 1.5}',
      issue(
        "{'type': 'int_from_float', 'loc': 'body.n', 'msg': 'Input should be a valid integer, got a number with a fractional part', 'input': '1.5'}",
        'body.n',
      ),
    ],
  ])('%#: tells what is wrong', async (body, expected) => {
    expect(await post(body)).toEqual(expected);
  });

  it.each([
    ['NaN', 'nan'],
    ['Infinity', 'inf'],
    ['1e400', 'inf'],
  ])('knows the number %s, and refuses it by name', async (literal, shown) => {
    expect(await post(`{"model": "tiny-chat", "prompt": "a", "temperature": ${literal}}`)).toEqual({
      status: 400,
      error: {
        message: `temperature must be a finite number, got ${shown}. (parameter=temperature, value=${shown})`,
        type: 'BadRequestError',
        param: 'temperature',
        code: 400,
      },
    });
  });

  it('says that a model is not served', async () => {
    expect(await post('{"model": "gpt", "prompt": "a"}')).toEqual({
      status: 404,
      error: {
        message: 'The model `gpt` does not exist. Valid aliases: tiny-chat.',
        type: 'NotFoundError',
        param: 'model',
        code: 404,
      },
    });
  });

  it('wants JSON, and says so with 400', async () => {
    expect(await post('{}', { 'content-type': 'text/plain' })).toEqual({
      status: 400,
      error: {
        message: "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed",
        type: 'Bad Request',
        param: null,
        code: 400,
      },
    });
  });

  it('refuses compressed bodies', async () => {
    const answer = await post('{}', { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    expect(answer).toMatchObject({ status: 415, error: { code: 415 } });
  });

  it.each([
    ['with a length', 'Content-Length: 70000\r\n\r\n'],
    [
      'in chunks',
      `Transfer-Encoding: chunked\r\n\r\n${'4000\r\n' + 'x'.repeat(0x4000) + '\r\n'}`.replace(
        /(4000.*)$/s,
        '$1$1$1$1$1',
      ),
    ],
  ])('that are too large are refused before they are read: %s', async (_, rest) => {
    const socket = await openSocket(server.url);
    socket.on('error', () => undefined);
    socket.write(`POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${rest}`);
    const answer = await readAnswer(socket);
    socket.destroy();
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { type: 'Payload Too Large', code: 413 } });
  });

  it('keep 64-bit seeds, up to the engine', async () => {
    const arrival = server.engine.next();
    const controller = new AbortController();
    const answer = fetch(`${server.url}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"prompt": "a", "seed": 9223372036854775807}',
      signal: controller.signal,
    }).catch(() => undefined);
    const { request } = await arrival;
    expect(request.sampling.seed).toBe(9223372036854775807n);
    const aborted = server.engine.nextAbort();
    controller.abort();
    await aborted;
    await answer;
    expect(server.engine.aborted).toContain(request.requestId);
  });
});
