import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ argv: ['--allowed-origins', '["https://app.example"]', '--api-key', 'k'] });
});
afterAll(() => server.close());

function ask(path: string, headers: Record<string, string>, method = 'GET'): Promise<Response> {
  return fetch(server.url + path, { method, headers: { authorization: 'Bearer k', ...headers } });
}

const origins = (response: Response): unknown => [
  response.status,
  response.headers.get('access-control-allow-origin'),
  response.headers.get('vary'),
];

describe('CORS', () => {
  it.each([
    ['a listed origin', '/v1/models', 'https://app.example', [200, 'https://app.example', 'Origin']],
    ['another origin', '/v1/models', 'https://evil.example', [200, null, 'Origin']],
    ['an error', '/nothing', 'https://app.example', [404, 'https://app.example', 'Origin']],
    ['a probe', '/health', 'https://app.example', [200, 'https://app.example', 'Origin']],
  ])('serves %s', async (_, path, origin, expected) => {
    expect(origins(await ask(path, { origin }))).toEqual(expected);
  });

  it('answers a preflight without a key', async () => {
    const response = await fetch(`${server.url}/v1/models`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect([response.status, await response.text(), response.headers.get('content-type')]).toEqual([
      200,
      'OK',
      'text/plain; charset=utf-8',
    ]);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
  });

  it('refuses a preflight of another origin', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const response = await ask('/v1/models', headers, 'OPTIONS');
    expect([response.status, await response.text()]).toEqual([400, 'Disallowed CORS origin']);
  });
});
