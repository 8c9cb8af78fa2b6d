import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoutesConfig } from '@server/config/index';
import { declaredOptions } from '@server/config/option.decorator';
import type { Route } from '@server/http/route-table';
import { KEY_SCOPES } from '@server/http/scope.decorator';
import { rawExchange } from '@support/raw-http';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

/** Everything that can be opened is: a new flag for routes is here by itself. */
const OPENED = [
  ...declaredOptions(RoutesConfig).flatMap(({ flag, kind }) =>
    kind === 'boolean' && flag && !flag.startsWith('--disable-') ? [flag] : [],
  ),
  ...['--profiler-config', '{"profiler": "torch"}'],
  // Fault tolerance is for servers that have one engine each.
  '--data-parallel-external-lb',
];
const MASTER = 'sk-master';
const GOOD = [...KEY_SCOPES, MASTER];
const BAD = ['', 'sk-wrong', 'expired'];

let directory: string;
let together: TestServer;
let apart: TestServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aerie-keys-'));
  const file = join(directory, 'keys.json');
  const key = (name: string, facts: object) => ({
    name,
    sha256: createHash('sha256').update(name).digest('hex'),
    ...facts,
  });
  const keys = [
    ...KEY_SCOPES.map((scope) => key(scope, { scopes: [scope] })),
    key('expired', { scopes: KEY_SCOPES, expires: '2020-01-01' }),
  ];
  await writeFile(file, JSON.stringify({ keys }));
  const argv = [...OPENED, '--api-key', MASTER, '--api-keys-file', file];
  const model = await loadTinyModel();
  together = await startTestServer({ argv, model });
  apart = await startTestServer({ argv: [...argv, '--admin-port', '0'], model });
});

afterAll(async () => {
  await Promise.all([together.close(), apart.close()]);
  await rm(directory, { recursive: true });
});

type Scope = Route['scope'];

interface Listener {
  readonly url: string;
  readonly routes: readonly Route[];
  /** Those that need a key; where two listeners share them, one of a kind will do for tricks. */
  readonly closedRoutes: readonly Route[];
  readonly shows: (scope: Scope) => boolean;
}

const LISTENERS: readonly (readonly [string, () => Listener])[] = [
  ['the only listener', () => listener(together, together.url, () => true)],
  ['the public listener', () => listener(apart, apart.url, (scope) => scope !== 'admin' && scope !== 'metrics')],
  [
    'the admin listener',
    () => listener(apart, apart.server.adminUrl ?? '', (scope) => scope !== 'infer' && scope !== 'tokenize'),
  ],
];

function listener({ server }: TestServer, url: string, shows: Listener['shows']): Listener {
  const { routes } = server;
  // An answer to HEAD has no body to tell it by; the GET of its path is here.
  const closed = routes.filter(({ scope, method }) => scope !== 'open' && method !== 'HEAD');
  const oneOfAKind = [...new Map(closed.map((route) => [route.method + route.scope, route])).values()];
  return { url, routes, closedRoutes: server.adminUrl === undefined ? closed : oneOfAKind, shows };
}

type Outcome = 'answered' | 'unauthorized' | 'wrong scope' | 'not found';

function expected({ shows }: Listener, { scope }: Pick<Route, 'scope'>, key: string): Outcome {
  if (shows(scope) && scope === 'open') return 'answered';
  if (BAD.includes(key)) return 'unauthorized';
  if (!shows(scope)) return 'not found';
  return key === MASTER || key === scope ? 'answered' : 'wrong scope';
}

const fill = (path: string): string => path.replace('*', 'swagger-ui.css').replace(/:\w+/g, 'x');

/** With a body that nobody can use: what is answered must not go on to happen. */
async function ask(url: string, { method, path, scope }: Route, headers: Record<string, string>): Promise<Outcome> {
  const body = method === 'GET' || method === 'HEAD' ? undefined : '{"';
  const answer = await fetch(url + fill(path), {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  });
  if (method === 'HEAD') return OUTCOME_OF_HEAD[answer.status] ?? 'answered';
  return toOutcome(answer.status, await answer.text(), scope);
}

const OUTCOME_OF_HEAD: Readonly<Record<number, Outcome>> = {
  401: 'unauthorized',
  403: 'wrong scope',
  404: 'not found',
};

function toOutcome(status: number, body: string, scope: Scope): Outcome {
  if (status === 401 && body === '{"error":"Unauthorized"}') return 'unauthorized';
  if (status === 404 && body === '{"detail":"Not Found"}') return 'not found';
  const message = `This route needs a key with the scope "${scope}".`;
  const refusal = { error: { message, type: 'PermissionDeniedError', param: null, code: 403 } };
  return status === 403 && body === JSON.stringify(refusal) ? 'wrong scope' : 'answered';
}

describe.each(LISTENERS)('%s', (_, get) => {
  it.each(['authorization', 'x-api-key'])(
    'opens every route to exactly the keys of its scope, by %s',
    async (header) => {
      const at = get();
      const seen: string[] = [];
      const wanted: string[] = [];
      // The good ones last, one after the other: they reach their routes, and some of those do something.
      for (const key of [...BAD, ...GOOD]) {
        for (const route of at.routes) {
          const value = header === 'authorization' ? `Bearer ${key}` : key;
          const outcome = await ask(at.url, route, key === '' ? {} : { [header]: value });
          seen.push(`${route.method} ${route.path} ${route.scope} with "${key}": ${outcome}`);
          wanted.push(`${route.method} ${route.path} ${route.scope} with "${key}": ${expected(at, route, key)}`);
        }
      }
      expect(seen).toEqual(wanted);
      expect(at.routes.length).toBeGreaterThan(20);
    },
  );

  it('answers OPTIONS to everybody and HEAD to keys, and runs nothing for either', async () => {
    const at = get();
    const shown = at.routes.filter(({ scope, method }) => at.shows(scope) && method !== 'HEAD');
    const headRoutes = new Set(at.routes.filter(({ method }) => method === 'HEAD').map(({ path }) => path));
    const statuses = await Promise.all(
      shown.map(async ({ path }) => {
        const asked = ['OPTIONS', 'HEAD'].flatMap((method) => [
          fetch(at.url + fill(path), { method }),
          fetch(at.url + fill(path), { method, headers: { authorization: `Bearer ${MASTER}` } }),
        ]);
        return (await Promise.all(asked)).map(({ status }) => status);
      }),
    );
    expect(statuses).toEqual(shown.map(({ path }) => [405, 405, 401, headRoutes.has(path) ? 200 : 405]));
  });

  // With a good key of the wrong scope, so that a trick that works is seen whatever it reaches.
  it.each<[string, (path: string) => string]>([
    ['a doubled slash', (path) => `/${path}`],
    ['an escaped slash', (path) => `/${path.slice(1).replaceAll('/', '%2f')}`],
    ['an escaped letter', (path) => `/%${path.charCodeAt(1).toString(16)}${path.slice(2)}`],
    ['another case', (path) => path.toUpperCase()],
    ['a trailing slash', (path) => `${path}/`],
    ['a trailing dot', (path) => `${path}.`],
    ['dot segments', (path) => `/health/..${path}`],
    ['escaped dot segments', (path) => `/health/%2e%2e${path}`],
    ['a parameter', (path) => `${path};/health`],
    ['a probe as the query', (path) => `${path}?/health`],
    ['a probe as the fragment', (path) => `${path}#/health`],
    ['a zero byte', (path) => `${path}%00/health`],
    ['an absolute target', (path) => `http://localhost${path}`],
    ['an absolute target of a probe', (path) => `http://localhost/health/../..${path}`],
  ])('is not fooled by %s', async (_, trick) => {
    const at = get();
    const closed = at.closedRoutes;
    for (const { method, path, scope } of closed) {
      const other = scope === 'metrics' ? 'infer' : 'metrics';
      const send = async (headers: string): Promise<readonly [number, Outcome]> => {
        const request = `${method} ${trick(fill(path))} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}\r\n`;
        const { status, body } = await rawExchange(at.url, request);
        return [status, toOutcome(status, body, scope)];
      };
      const [status, outcome] = await send('');
      expect([method, path, outcome, status]).toEqual([method, path, 'unauthorized', 401]);
      const [statusOfOther, outcomeOfOther] = await send(`Authorization: Bearer ${other}\r\n`);
      const isHarmless = outcomeOfOther !== 'answered' || [307, 404, 405].includes(statusOfOther);
      expect([method, path, isHarmless]).toEqual([method, path, true]);
    }
  });

  it.each([
    ['a path in Host', 'Host: a/health?x', 400],
    ['user information in Host', 'Host: health@b', 400],
    ['two hosts', 'Host: a\r\nHost: b', 400],
    ['another host', 'Host: localhost/health', 400],
    ['a method override', 'Host: a\r\nX-HTTP-Method-Override: OPTIONS\r\nX-Method-Override: OPTIONS', 401],
    ['another URL', 'Host: a\r\nX-Original-URL: /health\r\nX-Rewrite-URL: /health', 401],
    ['a forwarded address', 'Host: a\r\nX-Forwarded-For: 127.0.0.1\r\nForwarded: for=127.0.0.1', 401],
    [
      'an upgrade to WebSocket',
      'Host: a\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AA==',
      401,
    ],
    ['an upgrade to HTTP/2', 'Host: a\r\nUpgrade: h2c\r\nHTTP2-Settings: AA', 401],
  ])('is not fooled by %s', async (_, headers, status) => {
    const at = get();
    const closed = at.closedRoutes;
    const connection = headers.includes('Upgrade') ? 'upgrade, close' : 'close';
    for (const { method, path } of closed) {
      const request = `${method} ${fill(path)} HTTP/1.1\r\n${headers}\r\nConnection: ${connection}\r\n\r\n`;
      expect([method, path, (await rawExchange(at.url, request)).status]).toEqual([method, path, status]);
    }
  });
});

it('no key is ever needed where none is configured', async () => {
  const open = await startTestServer({ argv: OPENED, model: await loadTinyModel() });
  try {
    for (const route of open.server.routes) {
      expect([route.path, await ask(open.url, route, {})]).toEqual([route.path, 'answered']);
    }
  } finally {
    await open.close();
  }
});
