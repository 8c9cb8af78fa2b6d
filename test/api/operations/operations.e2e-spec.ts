import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ argv: ['--served-model-name', 'tiny', 'tiny-alias'] });
});
afterAll(() => server.close());

async function get(
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; type: string | null; body: string }> {
  const response = await fetch(server.url + path, init);
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
}

describe('operations', () => {
  it.each([
    ['GET', '/health', { status: 200, type: null, body: '' }],
    ['GET', '/ping', { status: 200, type: null, body: '' }],
    ['POST', '/ping', { status: 200, type: null, body: '' }],
    ['GET', '/load', { status: 200, type: 'application/json', body: '{"server_load":0}' }],
    ['GET', '/version', { status: 200, type: 'application/json', body: '{"version":"0.33.0"}' }],
  ])('%s %s', async (method, path, expected) => {
    expect(await get(path, { method })).toEqual(expected);
  });
});
