import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawExchange } from '@support/raw-http';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ argv: ['--api-key', 'sk-one', 'sk-two', '--enable-request-id-headers'] });
});
afterAll(() => server.close());

const OPEN = new Set(['/health', '/ping', '/version']);

describe('keys', () => {
  it('are asked for on every route there is but the probes, whatever the method', async () => {
    const decisions = await Promise.all(
      server.server.routes.map(async ({ method, path }) => {
        const without = await fetch(server.url + path, { method });
        const wrong = await fetch(server.url + path, { method, headers: { authorization: 'Bearer no' } });
        const right = await fetch(server.url + path, { method, headers: { authorization: 'Bearer sk-two' } });
        return [`${method} ${path}`, without.status === 401, wrong.status === 401, right.status === 401];
      }),
    );
    expect(decisions.length).toBeGreaterThan(5);
    expect(decisions).toEqual(
      server.server.routes.map(({ method, path }) => {
        const closed = !OPEN.has(path);
        return [`${method} ${path}`, closed, closed, false];
      }),
    );
  });

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
