import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer } from '@support/test-server';
import type { TestServer, TestServerOptions } from '@support/test-server';

const PROFILER = ['--profiler-config', '{"profiler":"torch","torch_profiler_dir":"/traces"}'];

async function post(url: string, path: string, body?: string): Promise<readonly [status: number, text: string]> {
  const response = await fetch(url + path, { method: 'POST', body });
  return [response.status, await response.text()];
}

const failure = (code: number, type: string, message: string, param: string | null = null) => [
  code,
  JSON.stringify({ error: { message, type, param, code } }),
];

describe('profiling', () => {
  let server: TestServer;
  const start = (body?: string) => post(server.url, '/start_profile', body);
  const stop = () => post(server.url, '/stop_profile');

  beforeAll(async () => {
    server = await startTestServer({ argv: PROFILER });
  });
  beforeEach(() => server.engine.calls.splice(0));
  afterEach(() => stop());
  afterAll(() => server.close());

  it('starts and stops', async () => {
    expect([await start(), await stop()]).toEqual([
      [200, ''],
      [200, ''],
    ]);
    expect(server.engine.calls).toEqual([
      ['profile', [true, null, null, null, null]],
      ['profile', [false]],
    ]);
  });

  it('takes wishes for one session', async () => {
    const body = '{"profile_prefix":"a.1","delay_iterations":2,"max_iterations":3,"profiler_kwargs":{"x":1},"other":1}';
    expect(await start(body)).toEqual([200, '']);
    expect(server.engine.calls).toEqual([['profile', [true, 'a.1', 2, 3, { x: 1 }]]]);
  });

  it('is one session at a time', async () => {
    const answers = await Promise.all([start(), start('null')]);
    expect(answers).toContainEqual([200, '']);
    const message = 'A profiling session is already active. Call /stop_profile before starting another session.';
    expect(answers).toContainEqual(failure(409, 'Conflict', message));
    await stop();
    expect(await start()).toEqual([200, '']);
  });

  it.each([
    ['{"profile_prefix":"../x"}', 'profile_prefix must have 1 to 128 letters'],
    [`{"profile_prefix":"${'x'.repeat(129)}"}`, 'profile_prefix must have 1 to 128 letters'],
    ['{"delay_iterations":-1}', 'delay_iterations must be greater than or equal to 0'],
    ['{"max_iterations":"3"}', "'loc': 'body.max_iterations', 'msg': 'Input should be a valid integer'"],
    ['{"profile_prefix":5}', "'loc': 'body.profile_prefix'"],
    ['{"profiler_kwargs":[]}', "'loc': 'body.profiler_kwargs'"],
    ['[]', 'Input should be a valid dictionary'],
    ['{', 'JSON decode error'],
  ])('refuses %s, and no session begins', async (body, message) => {
    const [status, text] = await start(body);
    expect([status, (JSON.parse(text) as { error: { message: string } }).error.message]).toEqual([
      400,
      expect.stringContaining(message),
    ]);
    expect(server.engine.calls).toEqual([]);
    expect(await start()).toEqual([200, '']);
  });
});

describe('profiling an engine of an older release', () => {
  it.each([
    ['0.32.0', '{"delay_iterations":2}', [['profile', [true, null, 2, null]]]],
    ['0.31.0', '{"profile_prefix":"a"}', [['profile', [true, 'a']]]],
    ['0.22.0', '', [['profile', [true, null]]]],
  ])('%s sends what it takes for %s', async (release, body, calls) => {
    const old = await startTestServer({ argv: PROFILER, engine: { release } });
    expect(await post(old.url, '/start_profile', body)).toEqual([200, '']);
    expect(old.engine.calls).toEqual(calls);
    await old.close();
  });

  it('refuses what it does not take', async () => {
    const old = await startTestServer({ argv: PROFILER, engine: { release: '0.31.0' } });
    expect(await post(old.url, '/start_profile', '{"max_iterations":2}')).toEqual(
      failure(
        501,
        'NotImplementedError',
        'The engine takes no max_iterations: its release lacks it, or is not known.',
        'max_iterations',
      ),
    );
    await old.close();
  });
});

describe('the routes', () => {
  it.each<[string, TestServerOptions]>([
    ['without --profiler-config', {}],
    ['with one that names no profiler', { argv: ['--profiler-config', '{"torch_profiler_dir":"/traces"}'] }],
  ])('are not there %s', async (_, options) => {
    const plain = await startTestServer(options);
    expect((await post(plain.url, '/start_profile'))[0]).toBe(404);
    await plain.close();
  });

  it('begin no session when the engine refuses', async () => {
    const failing = await startTestServer({
      argv: PROFILER,
      engine: { utilities: { profile: { failure: 'not supported: the onnx engine has no profiler' } } },
    });
    const refused = failure(
      501,
      'NotImplementedError',
      'The engine cannot run "profile": the onnx engine has no profiler.',
    );
    expect(await post(failing.url, '/start_profile')).toEqual(refused);
    expect(await post(failing.url, '/start_profile')).toEqual(refused);
    await failing.close();
  });
});

describe('GET /kv_event_sources', () => {
  it('tells what the engines registered with', async () => {
    const source = { enable_kv_cache_events: true, publisher: 'zmq', endpoint: 'tcp://*:5557', replay_endpoint: null };
    const server = await startTestServer({ engine: { info: { kvEventSources: new Map([[0, source]]) } } });
    const response = await fetch(`${server.url}/kv_event_sources`);
    expect([response.status, await response.json()]).toEqual([200, { '0': source }]);
    await server.close();
  });

  it('is empty when they publish nothing', async () => {
    const server = await startTestServer();
    expect(await (await fetch(`${server.url}/kv_event_sources`)).text()).toBe('{}');
    await server.close();
  });
});
