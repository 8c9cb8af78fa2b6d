import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '@app/logging';
import type { LogLevel } from '@app/logging';
import type { ArrivedRequest } from '@support/test-engine';
import { rawExchange } from '@support/raw-http';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

type Line = Readonly<Record<string, unknown>> & { readonly msg: string };

interface Logged {
  readonly url: string;
  /** Every line so far, as JSON without its time. */
  readonly lines: () => readonly Line[];
  /** The raw text of the log. */
  readonly text: () => string;
  /** Resolves once there is such a line. */
  readonly said: (wanted: (line: Line) => boolean) => Promise<true>;
}

async function start(argv: readonly string[], level: LogLevel = 'info'): Promise<Logged> {
  let text = '';
  const looks = new Set<() => void>();
  const hear = (line: string): void => {
    text += line;
    looks.forEach((look) => look());
  };
  const logger = createLogger({ level, format: 'json', destination: { write: (line) => hear(line) } });
  const onRequest = (arrived: ArrivedRequest): void =>
    arrived.say({ newTokenIds: [925] }, { newTokenIds: [925], finishReason: 'length' });
  server = await startTestServer({ model: await loadTinyModel(), engine: { onRequest }, argv, logger });
  const lines = (): Line[] =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const { time: _time, ...rest } = JSON.parse(line) as Line;
        return rest;
      });
  const said = (wanted: (line: Line) => boolean): Promise<true> =>
    new Promise((resolve) => {
      const look = (): void => void (lines().some(wanted) && resolve(true));
      looks.add(look);
      look();
    });
  return { url: server.url, lines, text: () => text, said };
}

function complete(url: string, body: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'r', ...headers },
    body: JSON.stringify({ prompt: 'Hi', max_tokens: 2, ...body }),
  });
}

const of = (lines: readonly Line[], word: string): readonly Line[] => lines.filter(({ msg }) => msg.includes(word));

describe('the access log', () => {
  it('has a line per request, but for the paths that are named', async () => {
    const { url, lines } = await start(['--disable-access-log-for-endpoints', '/health, /metrics']);
    for (const path of ['/health', '/health?probe=1', '/version?key=secret', '/healthy', '/metrics']) {
      await (await fetch(url + path)).text();
    }
    await server?.close();
    expect(lines().map(({ msg }) => msg)).toEqual(['GET /version', 'GET /healthy']);
  });

  it.each([['--disable-uvicorn-access-log'], ['--uvicorn-log-level=warning']])('is silent with %s', async (flag) => {
    const { url, lines } = await start([flag]);
    await (await fetch(`${url}/version`)).text();
    await server?.close();
    expect(lines()).toEqual([]);
  });

  it('lets nobody forge a line or colour it', async () => {
    const { url, text } = await start(['--enable-log-requests']);
    await rawExchange(
      url,
      'GET /a%0a\u001b[31mforged HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: \u001b[31mid\r\nUser-Agent: \u001b[2J\r\n\r\n',
    );
    await complete(url, { model: 'no\nsuch\u001b[31m', user: 'x\u001b[31m' });
    await complete(url, { stop: ['\u001b[31m\n'] });
    await server?.close();
    expect(text()).not.toContain('\u001b');
    expect(
      text()
        .split('\n')
        .every((line) => line === '' || line.startsWith('{')),
    ).toBe(true);
  });
});

describe('--enable-log-requests', () => {
  it('logs ids and parameters, and no text, at level info', async () => {
    const { url, lines, text } = await start(['--enable-log-requests']);
    await (await complete(url, { prompt: 'a private prompt', temperature: 0.5, seed: 7 })).text();
    const [line, ...more] = of(lines(), 'Received request');
    expect([line.msg, line.lora_request, more]).toEqual(['Received request cmpl-r-0', null, []]);
    expect(JSON.parse(String(line.params))).toMatchObject({ n: 1, temperature: 0.5, seed: 7, maxTokens: 2 });
    expect(text()).not.toContain('private');
  });

  it('adds prompts and bodies at level debug, cut to --max-log-len', async () => {
    const { url, lines } = await start(['--enable-log-requests', '--max-log-len', '7'], 'debug');
    await (await complete(url, { prompt: 'a private prompt of many words' })).text();
    const [details] = of(lines(), 'details');
    expect(details).toMatchObject({ msg: 'Request cmpl-r-0 details', prompt: 'a priva' });
    expect(details.prompt_token_ids).toHaveLength(7);
    expect(of(lines(), 'request body')).toEqual([
      { level: 20, route: '/v1/completions', body: '{"promp', msg: 'request body' },
    ]);
  });

  it('writes bodies at another level, without their secrets', async () => {
    const { url, lines, text } = await start([
      '--enable-log-requests',
      '--request-body-log-level',
      'INFO',
      '--api-key',
      'open-sesame',
    ]);
    const secrets = { api_key: 'k-123', metadata: { authorization: 'Bearer t-456' }, prompt: 'my key is open-sesame' };
    await (await complete(url, secrets, { authorization: 'Bearer open-sesame', cookie: 'session=c-789' })).text();
    expect(of(lines(), 'request body')).toEqual([
      {
        level: 30,
        route: '/v1/completions',
        body: '{"prompt":"my key is ***","max_tokens":2,"api_key":"***","metadata":{"authorization":"***"}}',
        msg: 'request body',
      },
    ]);
    for (const secret of ['open-sesame', 'k-123', 't-456', 'c-789']) expect(text()).not.toContain(secret);
  });
});

describe('--enable-log-outputs', () => {
  it('logs what the model wrote', async () => {
    const { url, lines } = await start(['--enable-log-requests', '--enable-log-outputs']);
    const { choices } = (await (await complete(url)).json()) as { choices: readonly [{ readonly text: string }] };
    expect(of(lines(), 'Generated')).toEqual([
      { level: 30, index: 0, output: choices[0].text, finish_reason: 'length', msg: 'Generated response cmpl-r-0' },
    ]);
  });

  it.each([
    [[], ['streaming delta', 'streaming delta', 'streaming complete']],
    [['--no-enable-log-deltas'], ['streaming complete']],
  ])('of streams the pieces and the whole: %j', async (more, expected) => {
    const { url, lines } = await start(['--enable-log-requests', '--enable-log-outputs', ...more], 'debug');
    await (await complete(url, { stream: true })).text();
    const logged = of(lines(), 'Generated');
    expect(logged.map(({ msg }) => msg)).toEqual(expected.map((kind) => `Generated response cmpl-r-0 (${kind})`));
    expect(logged.at(-1)).toMatchObject({ output_token_ids: [925, 925], finish_reason: 'length' });
  });

  it('needs the other', async () => {
    await expect(start(['--enable-log-outputs'])).rejects.toThrow(
      'Error: --enable-log-outputs requires --enable-log-requests',
    );
  });
});

describe('statistics', () => {
  const line =
    /^Engine 000: Avg prompt throughput: [\d.]+ tokens\/s, Avg generation throughput: [\d.]+ tokens\/s, Running: \d+ reqs, /;

  it('are a line while there is work', async () => {
    const { url, said } = await start(['--log-stats-interval', '0.1']);
    await (await complete(url)).text();
    expect(
      await said((one) => one.level === 30 && line.test(one.msg) && !one.msg.includes('generation throughput: 0.0')),
    ).toBe(true);
  });

  it('are not there with --disable-log-stats', async () => {
    const { url, lines } = await start(['--log-stats-interval', '0.1', '--disable-log-stats'], 'debug');
    await (await complete(url)).text();
    await server?.close();
    expect(of(lines(), 'throughput')).toEqual([]);
  });
});

describe('trace headers', () => {
  it('are warned of once', async () => {
    const { url, lines } = await start([]);
    for (let asked = 0; asked < 3; asked += 1) await complete(url, {}, { traceparent: '00-1-2-01' });
    expect(of(lines(), 'trace headers').map(({ level }) => level)).toEqual([40]);
  });
});

describe('--log-response-bodies', () => {
  it('shows the beginning of answers and of streams, and holds nothing back', async () => {
    const { url, lines } = await start(['--log-response-bodies', '--disable-uvicorn-access-log']);
    const whole = await (await complete(url)).text();
    const stream = await (await complete(url, { stream: true, max_tokens: 2 })).text();
    expect(lines().slice(1)).toEqual([
      { level: 30, route: '/v1/completions', body: whole, msg: 'response body' },
      { level: 30, route: '/v1/completions', content: stream, events: 3, msg: 'response body (stream)' },
    ]);
    expect(lines()[0]).toMatchObject({ level: 40, msg: expect.stringContaining('--log-response-bodies') as string });
  });
});

describe('--log-error-stack', () => {
  it.each([
    [['--log-error-stack'], 1],
    [[], 0],
  ])('%j tells where an error comes from: %i', async (argv, count) => {
    const { url, lines } = await start(argv);
    await complete(url, { model: 'nobody' });
    const stacks = of(lines(), 'a request was refused');
    expect(stacks).toHaveLength(count);
    if (count > 0) {
      expect(stacks[0]).toMatchObject({
        status: 404,
        route: '/v1/completions',
        stack: expect.stringContaining('\n    at ') as string,
      });
    }
  });
});
