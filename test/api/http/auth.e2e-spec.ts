import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '@app/logging';
import { Lines } from '@support/lines';
import { rawExchange } from '@support/raw-http';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ argv: ['--api-key', 'sk-one', 'sk-two', '--enable-request-id-headers'] });
});
afterAll(() => server.close());

describe('keys', () => {
  it('refuse with a plain error, without CORS headers but with a request id', async () => {
    const response = await fetch(`${server.url}/v1/models`, {
      headers: { 'x-request-id': 'abc', origin: 'https://x' },
    });
    expect([response.status, await response.text()]).toEqual([401, '{"error":"Unauthorized"}']);
    expect(response.headers.get('vary')).toBeNull();
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(response.headers.get('x-request-id')).toBe('abc');
  });

  it.each([
    ['a path that no route takes', 'GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n', 401],
    ['an escaped path', 'GET /%761/models HTTP/1.1\r\nHost: a\r\n\r\n', 401],
    ['a doubled slash', 'GET //v1/models HTTP/1.1\r\nHost: a\r\n\r\n', 401],
    ['dot segments', 'GET /health/../v1/models HTTP/1.1\r\nHost: a\r\n\r\n', 401],
    ['a parameter after a semicolon', 'GET /v1/models;/health HTTP/1.1\r\nHost: a\r\n\r\n', 401],
    ['an absolute target', 'GET http://a/v1/models HTTP/1.1\r\nHost: a\r\n\r\n', 401],
    ['a probe as the query', 'GET /v1/models?/health HTTP/1.1\r\nHost: a\r\n\r\n', 401],
    ['a path in Host', 'GET /v1/models HTTP/1.1\r\nHost: a/health?x\r\n\r\n', 400],
    ['user information in Host', 'GET /v1/models HTTP/1.1\r\nHost: a@b\r\n\r\n', 400],
    ['a zone in Host', 'GET /v1/models HTTP/1.1\r\nHost: [::1%25eth0]\r\n\r\n', 400],
    ['no Host', 'GET /v1/models HTTP/1.1\r\n\r\n', 400],
    ['a method override', 'GET /v1/models HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: OPTIONS\r\n\r\n', 401],
    ['the key in the query', 'GET /v1/models?api_key=sk-one HTTP/1.1\r\nHost: a\r\n\r\n', 401],
    ['a plain OPTIONS', 'OPTIONS /v1/models HTTP/1.1\r\nHost: a\r\n\r\n', 405],
    ['a HEAD', 'HEAD /v1/models HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 401],
  ])('are not fooled by %s', async (_, request, status) => {
    expect((await rawExchange(server.url, request)).status).toBe(status);
  });

  it('are checked before the body arrives', async () => {
    const request = 'POST /v1/models HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n';
    expect((await rawExchange(server.url, request)).status).toBe(401);
  });
});

describe('--auth-scope v1', () => {
  it('guards what vLLM guards', async () => {
    const own = await startTestServer({ argv: ['--api-key', 'k', '--auth-scope', 'v1'] });
    try {
      const statuses = await Promise.all(
        ['/v1/models', '/v1x', '/load', '/metrics', '/nothing'].map(
          async (path) => (await fetch(own.url + path)).status,
        ),
      );
      expect(statuses).toEqual([401, 401, 200, 200, 404]);
    } finally {
      await own.close();
    }
  });
});

describe('a keys file', () => {
  let directory: string;
  let own: TestServer;
  const lines = new Lines();
  const path = (): string => join(directory, 'keys.json');
  const write = (...names: readonly string[]): Promise<void> => {
    const keys = names.map((name) => ({ name, sha256: sha256(`sk-${name}`), scopes: ['infer'] }));
    return writeFile(path(), JSON.stringify({ keys }));
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'aerie-keys-'));
    await write('first', 'second');
    const logger = createLogger({ level: 'debug', destination: lines });
    own = await startTestServer({
      argv: ['--api-keys-file', path(), '--api-key', 'sk-operator'],
      model: await loadTinyModel(),
      logger,
    });
  });
  afterAll(async () => {
    await own.close();
    await rm(directory, { recursive: true });
  });

  const complete = (key: string): Promise<Response> =>
    fetch(`${own.url}/v1/completions?api_key=${key}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'x-request-id': 'r' },
      body: JSON.stringify({ prompt: 'Hi', max_tokens: 2, stream: true }),
    });

  it('tells whose key is used for what it is not for', async () => {
    const response = await fetch(`${own.url}/metrics`, { headers: { authorization: 'Bearer sk-first' } });
    expect([response.status, await response.json()]).toEqual([
      403,
      {
        error: {
          message: 'This route needs a key with the scope "metrics".',
          type: 'PermissionDeniedError',
          param: null,
          code: 403,
        },
      },
    ]);
    await lines.said(/ GET \/metrics client=\S+ status=403 ms=\d+ key=first\n/);
  });

  it('takes a key away from whoever comes, not from what runs', async () => {
    const arrival = own.engine.next();
    const running = await complete('sk-first');
    const arrived = await arrival;
    await write('second');
    await lines.said(/the API keys were read again keys=1/);
    expect((await complete('sk-first')).status).toBe(401);
    arrived.say({ newTokenIds: [395] }, { newTokenIds: [395], finishReason: 'length' });
    expect((await running.text()).endsWith('data: [DONE]\n\n')).toBe(true);
    await lines.said(/ POST \/v1\/completions client=\S+ status=200 ms=\d+ key=first\n/);
  });

  it('leaves no trace of a key in lines, metrics and errors', async () => {
    const keys = ['sk-second', 'sk-operator', 'sk-nobody'];
    const arrivals = [own.engine.next(), own.engine.next()];
    const answers = keys.map(async (key) => (await complete(key)).text());
    (await Promise.all(arrivals)).forEach((arrived) => arrived.say({ newTokenIds: [395], finishReason: 'length' }));
    const texts = await Promise.all(answers);
    const headers = { authorization: 'Bearer sk-operator' };
    const metrics = await (await fetch(`${own.url}/metrics?key=sk-operator`, { headers })).text();
    const unrouted = await (await fetch(`${own.url}/nothing?key=sk-operator`, { headers })).text();
    await lines.said(/GET \/nothing .* key=api-key-1\n/);
    const everything = [...texts, metrics, unrouted, lines.text].join('\n');
    expect(everything).toContain('http_requests_total');
    expect(keys.filter((key) => everything.includes(key) || everything.includes(sha256(key)))).toEqual([]);
  });
});

describe('--admin-port', () => {
  it('is closed with the server, and has its own answers to what is not HTTP', async () => {
    const own = await startTestServer({ argv: ['--admin-port', '0'] });
    const { adminUrl = '' } = own.server;
    const broken = await rawExchange(adminUrl, 'NOT HTTP\r\n\r\n');
    expect([broken.status, (await fetch(`${adminUrl}/metrics`)).status]).toEqual([400, 200]);
    await own.close();
    await expect(fetch(`${adminUrl}/health`)).rejects.toThrow();
  });
});
