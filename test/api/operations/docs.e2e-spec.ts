import { Validator } from '@seriousme/openapi-schema-validator';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** With every route that an option opens. */
async function start(...argv: readonly string[]): Promise<string> {
  server = await startTestServer({
    model: await loadTinyModel(),
    argv: ['--enable-scale-out', '--tokens-only', '--enable-tokenizer-info-endpoint', ...argv],
  });
  return server.url;
}

interface OpenApi {
  readonly openapi: string;
  readonly servers?: readonly { readonly url: string }[];
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly requestBody?: unknown; readonly responses: unknown }>>>
  >;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties: object; readonly required?: readonly string[] }>>;
  };
}

async function openapiOf(url: string): Promise<OpenApi> {
  return (await fetch(`${url}/openapi.json`)).json() as Promise<OpenApi>;
}

describe('/openapi.json', () => {
  it('tells nothing of the routes of another listener', async () => {
    const here = Object.keys((await openapiOf(await start('--server-dev-mode'))).paths);
    await server?.close();
    const apart = Object.keys((await openapiOf(await start('--server-dev-mode', '--admin-port', '0'))).paths);
    expect(here).toEqual(expect.arrayContaining(['/pause', '/metrics', '/v1/models']));
    expect(apart).toContain('/v1/models');
    expect(apart.filter((path) => ['/pause', '/metrics', '/load', '/collective_rpc'].includes(path))).toEqual([]);
  });

  it('is valid, and has every route but the pages about itself', async () => {
    const document = await openapiOf(await start());
    const { valid, errors } = await new Validator().validate({ ...document });
    expect([valid, errors]).toEqual([true, undefined]);
    const described = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const live = server?.server.routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const own = / \/(docs|openapi\.json|redoc)/;
    expect(described.sort()).toEqual(live?.filter((route) => !own.test(route)).sort());
  });

  it('tells bodies as they are checked', async () => {
    const { paths, components } = await openapiOf(await start());
    const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    expect(paths['/v1/chat/completions'].post).toMatchObject({
      tags: ['ChatCompletions'],
      requestBody: { required: true, content: { 'application/json': { schema: reference('ChatCompletionRequest') } } },
      responses: { 200: { content: { 'application/json': {}, 'text/event-stream': {} } } },
      security: [{ key: [] }],
    });
    expect(paths['/tokenize'].post.requestBody).toMatchObject({
      content: {
        'application/json': { schema: { anyOf: [reference('TokenizeTextRequest'), reference('TokenizeChatRequest')] } },
      },
    });
    expect(paths['/health'].get).not.toHaveProperty('security');
    const { CompletionRequest, ChatMessageParam, StreamOptions } = components.schemas;
    expect(CompletionRequest.properties).toMatchObject({
      model: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      max_tokens: { anyOf: [{ type: 'integer' }, { type: 'null' }], default: 16 },
      stream_options: { anyOf: [reference('StreamOptions'), { type: 'null' }] },
    });
    expect(ChatMessageParam.required).toEqual(['role']);
    expect(StreamOptions.properties).toMatchObject({ include_usage: {} });
  });
});

describe('the pages', () => {
  it.each([
    ['/openapi.json', 'application/json', '"openapi":"3.1.0"'],
    ['/docs', 'text/html; charset=utf-8', 'https://cdn.jsdelivr.net/npm/swagger-ui-dist@'],
    ['/docs/oauth2-redirect', 'text/html; charset=utf-8', 'swaggerUIRedirectOauth2'],
    ['/redoc', 'text/html; charset=utf-8', 'spec-url="/openapi.json"'],
  ])('%s answers GET and HEAD', async (path, type, part) => {
    const url = (await start()) + path;
    const [whole, head] = await Promise.all([fetch(url), fetch(url, { method: 'HEAD' })]);
    const text = await whole.text();
    expect(text).toContain(part);
    expect([whole.status, whole.headers.get('content-type')]).toEqual([200, type]);
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([200, type, '']);
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
  });

  it('need no public network with --enable-offline-docs', async () => {
    const url = await start('--enable-offline-docs');
    const page = await (await fetch(`${url}/docs`)).text();
    expect(page).not.toContain('//cdn');
    const assets = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
    expect(assets).toEqual(['/static/swagger-ui.css', '/static/favicon-32x32.png', '/static/swagger-ui-bundle.js']);
    const answers = await Promise.all(assets.map((path) => fetch(url + path)));
    expect(answers.map(({ status, headers }) => [status, headers.get('content-type')])).toEqual([
      [200, 'text/css; charset=utf-8'],
      [200, 'image/png'],
      [200, 'text/javascript; charset=utf-8'],
    ]);
    const others = ['/redoc', '/static/', '/static/package.json', '/static/..%2fpackage.json'];
    expect(await Promise.all(others.map(async (path) => (await fetch(url + path)).status))).toEqual(
      others.map(() => 404),
    );
  });

  it('are gone with --disable-fastapi-docs', async () => {
    const url = await start('--disable-fastapi-docs', '--enable-offline-docs');
    const paths = ['/openapi.json', '/docs', '/docs/oauth2-redirect', '/redoc', '/static/swagger-ui.css'];
    expect(await Promise.all(paths.map(async (path) => (await fetch(url + path)).status))).toEqual(
      paths.map(() => 404),
    );
  });

  it('need a key where keys are configured, as everything that is not open', async () => {
    const url = await start('--api-key', 'sesame');
    expect((await fetch(`${url}/docs`)).status).toBe(401);
    expect((await fetch(`${url}/docs`, { headers: { authorization: 'Bearer sesame' } })).status).toBe(200);
  });
});

describe('--root-path', () => {
  it('is in the addresses of the pages, and may be in those of requests', async () => {
    const url = await start('--root-path', '/api');
    expect(await (await fetch(`${url}/api/docs`)).text()).toContain('"url":"/api/openapi.json"');
    expect((await openapiOf(`${url}/api`)).servers).toEqual([{ url: '/api' }]);
    expect((await fetch(`${url}/v1/models`)).status).toBe(200);
    expect((await fetch(`${url}/apiv1/models`)).status).toBe(404);
    const redirected = await fetch(`${url}/api/v1/models/?a=1`, { redirect: 'manual' });
    expect(redirected.headers.get('location')).toBe(`${url}/api/v1/models?a=1`);
  });
});
