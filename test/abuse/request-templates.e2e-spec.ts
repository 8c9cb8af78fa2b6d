import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RenderWorkers } from '@app/chat-template';
import { OverloadedError } from '@app/errors';
import { until } from '@support/metrics';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    argv: ['--trust-request-chat-template', '--chat-template-render-timeout', '1'],
    model: await loadTinyModel(),
  });
});
afterAll(() => server.close());

interface Answer {
  readonly status: number;
  readonly body: { readonly count?: number; readonly error?: { readonly message: string; readonly type: string } };
}

async function tokenize(body: object): Promise<Answer> {
  const answer = await fetch(`${server.url}/tokenize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Answer['body'] };
}

const withTemplate = (chat_template: string): Promise<Answer> =>
  tokenize({ messages: [{ role: 'user', content: 'Hi' }], chat_template });

const BUDGET = /^The template (needs more than|takes longer than|made a)|^The chat template takes|range/;

describe('a template of a request', () => {
  it('is rendered, and tells its own errors', async () => {
    expect(await withTemplate('{{ messages[0].content }} there')).toMatchObject({ status: 200 });
    expect(await withTemplate("{{ raise_exception('no such turn') }}")).toEqual({
      status: 400,
      body: { error: { message: 'no such turn', type: 'BadRequestError', param: null, code: 400 } },
    });
  });

  it.each([
    ['loops without end', '{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}', BUDGET],
    ['a range of a thousand million', '{% for a in range(10**9) %}{% endfor %}', BUDGET],
    [
      'a text that doubles',
      "{% set x = namespace(t='ab') %}{% for a in range(99) %}{% set x.t = x.t ~ x.t %}{% endfor %}",
      BUDGET,
    ],
    ['a power of powers', '{{ 2 ** 100000000 }}', BUDGET],
    ['a macro that calls itself', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}', /maximum recursion depth/],
    ['brackets without end', `{{ ${'('.repeat(50_000)} }}`, /./],
    [
      'a way out to JavaScript',
      "{{ ''.constructor.constructor('return process')() }}",
      /has no attribute 'constructor'/,
    ],
  ])('cannot hold the server up with %s', async (_, template, message) => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const { status, body } = await withTemplate(template);
    delay.disable();
    expect(status).toBe(400);
    expect(body.error?.message).toMatch(message);
    expect(delay.max / 1e6).toBeLessThan(250);
  });

  it('is served after all of that, and many at once are', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => withTemplate(`{{ ${index} }}`)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });
});

it('a conversation of thousands of messages does not hold the server up', async () => {
  const messages = Array.from({ length: 2048 }, () => ({ role: 'user', content: 'a' }));
  await tokenize({ messages });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const { status } = await tokenize({ messages });
  delay.disable();
  expect(status).toBe(200);
  expect(delay.max / 1e6).toBeLessThan(250);
});

const ENDLESS = '{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}';

it('renders of clients that have left are not waited for', async () => {
  const render = vi.spyOn(RenderWorkers.prototype, 'render');
  const client = new AbortController();
  const gone = Array.from({ length: 40 }, () =>
    fetch(`${server.url}/tokenize`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], chat_template: ENDLESS }),
      signal: client.signal,
    }).catch(() => undefined),
  );
  await until(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return render.mock.calls.length === gone.length;
  });
  render.mockRestore();
  client.abort();
  await Promise.all(gone);
  expect(await withTemplate('{{ messages[0].content }}')).toMatchObject({ status: 200 });
});

describe('renders in line', () => {
  const job = (template: string) => ({
    template,
    specialTokens: {},
    input: {
      messages: [{ role: 'user', content: 'Hi' }],
      modelName: 'tiny',
      addGenerationPrompt: false,
      continueFinalMessage: false,
      defaultKwargs: {},
    },
  });
  const startWorkers = (timeoutMs: number, maxQueued: number): RenderWorkers =>
    new RenderWorkers({
      entry: join(process.cwd(), 'dist/libs/chat-template/src/workers/render.worker.js'),
      timeoutMs,
      maxQueued,
    });

  it('are refused when there are too many, and nothing of the others is lost', async () => {
    const workers = startWorkers(5000, 2);
    const renders = Array.from({ length: 5 }, (_, index) => workers.render(job(`text ${index}`)));
    const results = await Promise.allSettled(renders);
    expect(
      results.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as unknown))),
    ).toEqual(['text 0', 'text 1', 'text 2', expect.any(OverloadedError), expect.any(OverloadedError)]);
    expect(await workers.render(job('later'))).toBe('later');
    await workers.close();
  });

  it('are not blamed for the time that others take', async () => {
    // No thread starts in so short a time.
    const workers = startWorkers(1, 2);
    const [first, second] = await Promise.allSettled([workers.render(job('a')), workers.render(job('b'))]);
    expect(first).toMatchObject({ reason: { message: 'The chat template takes longer than 1 ms.' } });
    expect(second).toMatchObject({ reason: expect.any(OverloadedError) as object });
    await workers.close();
  });
});
