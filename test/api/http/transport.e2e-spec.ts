import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer, loadConfig } from '@server/index';
import { TestEngine } from '@support/test-engine';
import { openSocket, rawExchange, readAnswer } from '@support/raw-http';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    argv: [
      '--max-header-size',
      '16K',
      '--h11-max-header-count',
      '50',
      '--request-timeout',
      '1',
      '--enable-request-id-headers',
    ],
  });
});
afterAll(() => server.close());

const get = (path: string, lines: readonly string[] = []): string =>
  [`GET ${path} HTTP/1.1`, 'Host: localhost', ...lines, '', ''].join('\r\n');

describe('requests without a route', () => {
  it.each([
    ['GET /', 404, '{"detail":"Not Found"}', {}],
    ['GET /v1/models/tiny', 404, '{"detail":"Not Found"}', {}],
    ['GET /V1/models', 404, '{"detail":"Not Found"}', {}],
    ['DELETE /v1/models', 405, '{"detail":"Method Not Allowed"}', { allow: 'GET' }],
    ['OPTIONS /ping', 405, '{"detail":"Method Not Allowed"}', { allow: 'GET, POST' }],
    ['GET /%zz', 404, '{"detail":"Not Found"}', {}],
  ])('%s', async (line, status, body, headers) => {
    const answer = await rawExchange(server.url, `${line} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    expect(answer).toMatchObject({ status, body, headers: { ...headers, 'content-type': 'application/json' } });
  });

  it('are sent to the path without a trailing slash', async () => {
    const response = await fetch(`${server.url}/v1/models/?a=1`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location'), await response.text()]).toEqual([
      307,
      `${server.url}/v1/models?a=1`,
      '',
    ]);
  });
});

describe('request ids', () => {
  it.each([
    ['the client’s', { 'x-request-id': 'abc' }, /^abc$/],
    ['32 hex digits', {}, /^[0-9a-f]{32}$/],
    ['32 hex digits for an empty one', { 'x-request-id': '' }, /^[0-9a-f]{32}$/],
    ['a safe form', { 'x-request-id': 'a b<é>' }, /^a_b<_+>$/],
    ['the beginning of a long one', { 'x-request-id': 'x'.repeat(1000) }, /^x{256}$/],
  ])('come back: %s', async (_, headers, expected) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const { headers: answered } = await rawExchange(server.url, Buffer.from(get('/health', lines), 'utf8'));
    expect(answered['x-request-id']).toMatch(expected);
  });
});

describe('what is too much or no HTTP', () => {
  it.each([
    ['headers of 64 KiB', get('/health', [`x-a: ${'a'.repeat(65_536)}`]), 431],
    [
      '2000 headers',
      get(
        '/health',
        Array.from({ length: 2000 }, (_, index) => `x${index}: 1`),
      ),
      431,
    ],
    [
      '51 headers',
      get(
        '/health',
        Array.from({ length: 50 }, (_, index) => `x${index}: 1`),
      ),
      431,
    ],
    ['two framings', get('/health', ['Content-Length: 3', 'Transfer-Encoding: chunked', '', '0']), 400],
    ['a bare line feed', 'GET /health HTTP/1.1\nHost: localhost\n\n', 400],
    ['a folded header', get('/health', ['x-a: b', ' c']), 400],
    ['noise', '\u0000\u0001\u0002\r\n\r\n', 400],
  ])('%s', async (_, request, status) => {
    const answer = await rawExchange(server.url, request);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: status, param: null } });
  });

  it('a request that never ends', async () => {
    const socket = await openSocket(server.url);
    socket.write('POST /ping HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nab');
    const answer = await readAnswer(socket);
    socket.destroy();
    expect(answer.status).toBe(408);
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

describe.skipIf(!hasIpv6)('IPv6', () => {
  it.each([
    ['::1', ['[::1]']],
    ['::', ['[::1]', '127.0.0.1']],
    [undefined, ['[::1]', '127.0.0.1', 'localhost']],
  ])('%s is served at %j', async (host, names) => {
    const { config } = loadConfig({ argv: ['tiny-chat', '--keep-alive-timeout', '1'] });
    const engine = await TestEngine.start({ tasks: [] });
    const own = await createServer({ config, engine: engine.client });
    await own.listen({ host, port: 0 });
    const { port, hostname } = new URL(own.url);
    expect(hostname).toBe(host === undefined ? '0.0.0.0' : `[${host}]`);
    const answers = await Promise.all(names.map((name) => fetch(`http://${name}:${port}/health`)));
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    await own.close();
    await engine.close();
  });
});

describe('a unix socket', () => {
  it('serves what a port serves, and is gone afterwards', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'aerie-uds-'));
    const socketPath = join(directory, 's');
    const { config } = loadConfig({ argv: ['tiny-chat', '--uds', socketPath] });
    const engine = await TestEngine.start({ tasks: [] });
    const own = await createServer({ config, engine: engine.client });
    await own.listen(config.http);
    expect(own.url).toBe(`unix:${socketPath}`);
    const status = await new Promise((resolve, reject) => {
      request({ socketPath, path: '/health', headers: { host: 'localhost' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .once('error', reject)
        .end();
    });
    await own.close();
    await engine.close();
    expect([status, await readdir(directory)]).toEqual([200, []]);
    await rm(directory, { recursive: true });
  });
});
