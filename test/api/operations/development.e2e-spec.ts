import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FailedCallError } from '@app/engine-protocol';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

const PAUSED = 'Generation is paused. Please retry after it resumes.';

let server: TestServer;

beforeAll(async () => {
  const model = await loadTinyModel();
  server = await startTestServer({
    argv: ['--server-dev-mode', '--api-key', 'sk-never-told'],
    env: {},
    model,
    engine: {
      info: { worldSize: 2, dataParallelSize: 3 },
      utilities: { collective_rpc: { result: [null, { a: 1 }, [2], true, 'x', 1.5] } },
    },
  });
});
afterAll(() => server.close());
beforeEach(() => server.engine.calls.splice(0));
afterEach(() => vi.restoreAllMocks());

const headers = { authorization: 'Bearer sk-never-told', 'content-type': 'text/plain' };

async function ask(route: string, body?: string): Promise<readonly [status: number, text: string]> {
  const [method, path] = route.split(' ');
  const response = await fetch(server.url + path, { method, body, headers });
  return [response.status, await response.text()];
}

function complete(fields: object = {}): Promise<Response> {
  return fetch(`${server.url}/v1/completions`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'Hi', max_tokens: 5, ...fields }),
  });
}

const failure = (message: string, type = 'Bad Request', code = 400, param: string | null = null): string =>
  JSON.stringify({ error: { message, type, param, code } });

describe('development routes', () => {
  it.each<[string, string | undefined, string, [string, unknown[]][]]>([
    ['POST /sleep', undefined, '{"status":"sleeping","level":1}', [['sleep', [1, 'abort']]]],
    ['POST /sleep?level=2&mode=keep', undefined, '{"status":"sleeping","level":2}', [['sleep', [2, 'keep']]]],
    ['GET /is_sleeping', undefined, '{"is_sleeping":true}', [['is_sleeping', []]]],
    ['POST /wake_up?tags=weights', undefined, '{"status":"sleeping","tags":["weights"]}', [['wake_up', [['weights']]]]],
    [
      'POST /wake_up?tags=kv_cache&tags=scheduling',
      undefined,
      '{"status":"awake","tags":["kv_cache","scheduling"]}',
      [['wake_up', [['kv_cache', 'scheduling']]]],
    ],
    ['POST /wake_up', undefined, '{"status":"awake","tags":null}', [['wake_up', [null]]]],
    ['GET /is_sleeping', undefined, '{"is_sleeping":false}', [['is_sleeping', []]]],
    ['POST /pause', undefined, '{"status":"paused"}', [['pause_generation', ['abort', true]]]],
    ['GET /is_paused', undefined, '{"is_paused":true}', [['is_scheduler_paused', []]]],
    ['POST /release_kv_cache_memory', undefined, '{"status":"kv_cache_released"}', [['release_kv_cache_memory', []]]],
    ['POST /wake_up', undefined, '{"status":"awake","tags":null}', [['wake_up', [null]]]],
    ['GET /is_paused', undefined, '{"is_paused":false}', [['is_scheduler_paused', []]]],
    [
      'POST /pause?mode=keep&clear_cache=false&mode=wait',
      undefined,
      '{"status":"paused"}',
      [['pause_generation', ['wait', false]]],
    ],
    ['POST /resume', undefined, '{"status":"resumed"}', [['resume_scheduler', []]]],
    ['POST /reset_prefix_cache', undefined, '{"success":true}', [['reset_prefix_cache', [false, false]]]],
    [
      'POST /reset_prefix_cache?reset_running_requests=1&reset_external=true',
      undefined,
      '{"success":true}',
      [['reset_prefix_cache', [true, true]]],
    ],
    ['POST /reset_mm_cache', undefined, '', [['reset_mm_cache', []]]],
    ['POST /reset_encoder_cache', undefined, '', [['reset_encoder_cache', []]]],
    [
      'POST /collective_rpc',
      '{"method":"report","timeout":2.5,"args":["a"],"kwargs":{"b":1}}',
      '{"results":[null,{"a":1},[2],"True","x","1.5"]}',
      [['collective_rpc', ['report', 2.5, ['a'], { b: 1 }]]],
    ],
    [
      'POST /init_weight_transfer_engine',
      '{"init_info":{"master_port":1}}',
      '{"message":"Weight transfer initialized"}',
      [['collective_rpc', ['init_weight_transfer_engine', null, [], { init_info: { master_port: 1 } }]]],
    ],
    [
      'POST /start_weight_update',
      undefined,
      '{"message":"Weight update started"}',
      [['collective_rpc', ['start_weight_update', null, [], null]]],
    ],
    [
      'POST /start_draft_weight_update',
      undefined,
      '{"message":"Draft weight update started"}',
      [['collective_rpc', ['start_draft_weight_update', null, [], null]]],
    ],
    [
      'POST /update_weights',
      '{"update_info":[{"names":["w"]}]}',
      '{"message":"Weights updated"}',
      [['collective_rpc', ['update_weights', null, [], { update_info: [{ names: ['w'] }] }]]],
    ],
    [
      'POST /finish_weight_update',
      '{"weight_version":"v7"}',
      '{"message":"Weight update finished"}',
      [
        ['collective_rpc', ['finish_weight_update', null, [], null]],
        ['set_weight_version', ['v7']],
      ],
    ],
    ['GET /weight_info', undefined, '{"weight_version":"v7"}', [['get_weight_version', []]]],
    [
      'POST /finish_weight_update',
      undefined,
      '{"message":"Weight update finished"}',
      [['collective_rpc', ['finish_weight_update', null, [], null]]],
    ],
    [
      'POST /shutdown_weight_transfer_engine',
      undefined,
      '{"message":"Weight transfer shut down"}',
      [['collective_rpc', ['shutdown_weight_transfer_engine', null, [], null]]],
    ],
    [
      'POST /update_weight_version',
      '{"new_version":"v8"}',
      '{"success":true,"new_version":"v8"}',
      [['set_weight_version', ['v8']]],
    ],
    [
      'POST /weight_checker',
      '{"action":"checksum"}',
      '{"checksums":{"model.weight":"sum of v8"}}',
      [['compute_weight_checksums', []]],
    ],
    [
      'POST /weight_checker',
      '{"action":"compare","baseline":{"model.weight":"sum of v7","other":"1"}}',
      '{"match":false,"mismatches":["model.weight","other"]}',
      [['compute_weight_checksums', []]],
    ],
    [
      'POST /weight_checker',
      '{"action":"compare","baseline":{"model.weight":"sum of v8"}}',
      '{"match":true,"mismatches":[]}',
      [['compute_weight_checksums', []]],
    ],
    [
      'POST /weight_checker',
      '{"action":"reset"}',
      '{"status":"reset"}',
      [['collective_rpc', ['reset_weights', null, [], null]]],
    ],
    ['GET /get_world_size', undefined, '{"world_size":6}', []],
    ['GET /get_world_size?include_dp=false', undefined, '{"world_size":2}', []],
    ['POST /abort_requests', '{}', '{"status":"aborted","aborted":0}', []],
    ['POST /abort_requests', '{"request_ids":["a","b"]}', '{"status":"aborted","aborted":2}', []],
  ])('%s %s', async (route, body, text, calls) => {
    expect(await ask(route, body)).toEqual([200, text]);
    expect(server.engine.calls).toEqual(calls);
  });

  it.each([
    [
      'POST /sleep?level=3',
      undefined,
      failure(
        "1 validation error:\n  {'type': 'less_than_equal', 'loc': 'query.level', 'msg': 'Input should be less than or equal to 2', 'input': '3', 'ctx': {'le': 2}}",
        'Bad Request',
        400,
        'query.level',
      ),
    ],
    [
      'POST /sleep?mode=never',
      undefined,
      failure(
        "1 validation error:\n  {'type': 'literal_error', 'loc': 'query.mode', 'msg': \"Input should be 'abort', 'wait' or 'keep'\", 'input': 'never', 'ctx': {'expected': \"'abort', 'wait' or 'keep'\"}}",
        'Bad Request',
        400,
        'query.mode',
      ),
    ],
    [
      'POST /wake_up?tags=weights&tags=wieghts',
      undefined,
      failure(
        'Unknown tag; the tags are weights, kv_cache, scheduling. (parameter=tags, value=wieghts)',
        'BadRequestError',
        400,
        'tags',
      ),
    ],
    ['POST /collective_rpc', '[]', failure('Request body must be a JSON object')],
    [
      'POST /collective_rpc',
      '{',
      failure('JSON decode error: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'),
    ],
    ['POST /collective_rpc', '{"args":[]}', failure("Missing 'method' in request body")],
    [
      'POST /collective_rpc',
      '{"method":"_private"}',
      failure("'method' must be the name of a public method of the workers"),
    ],
    [
      'POST /collective_rpc',
      '{"method":"a.b"}',
      failure("'method' must be the name of a public method of the workers"),
    ],
    ['POST /collective_rpc', '{"method":"shutdown"}', failure("'shutdown' cannot be called from here")],
    ['POST /collective_rpc', '{"method":"f","timeout":-1}', failure("'timeout' must be a positive number of seconds")],
    [
      'POST /collective_rpc',
      '{"method":"f","timeout":Infinity}',
      failure("'timeout' must be a positive number of seconds"),
    ],
    [
      'POST /collective_rpc',
      '{"method":"f","args":[18446744073709551616]}',
      failure(
        'The arguments of "collective_rpc" cannot be sent: 18446744073709551616 does not fit 64 bits.',
        'BadRequestError',
      ),
    ],
    [
      'POST /collective_rpc',
      `{"method":"f","args":${'['.repeat(200)}${']'.repeat(200)}}`,
      failure('The arguments of "collective_rpc" cannot be sent: the value is nested too deeply.', 'BadRequestError'),
    ],
    ['POST /collective_rpc', '{"method":"f","args":{}}', failure("'args' must be a list")],
    ['POST /collective_rpc', '{"method":"f","kwargs":[]}', failure("'kwargs' must be an object")],
    ['POST /abort_requests', '', failure('Invalid JSON format')],
    ['POST /abort_requests', '[]', failure('Request body must be a JSON object')],
    ['POST /abort_requests', '{"request_ids":"a"}', failure("'request_ids' must be a list of strings")],
    ['POST /weight_checker', '{"action":"compare"}', failure("action='compare' requires a 'baseline' object")],
    ['POST /update_weights', '{"update_info":1}', expect.stringContaining('body.update_info') as string],
    [
      'POST /update_weight_version',
      undefined,
      failure(
        "1 validation error:\n  {'type': 'missing', 'loc': 'body.new_version', 'msg': 'Field required', 'input': 'None'}",
        'Bad Request',
        400,
        'body.new_version',
      ),
    ],
    [
      'POST /finish_weight_update',
      '{"weight',
      failure(
        "1 validation error:\n  {'type': 'json_invalid', 'loc': 'body.1', 'msg': 'JSON decode error', 'input': '<dict of 0 items>', 'ctx': {'error': 'Unterminated string starting at'}}",
        'Bad Request',
        400,
        'body.1',
      ),
    ],
  ])('%s %s is refused, and the engine is not asked', async (route, body, text) => {
    expect(await ask(route, body)).toEqual([400, text]);
    expect(server.engine.calls).toEqual([]);
  });

  it('tell the failure of an engine in a form of its own, without the engine’s words', async () => {
    vi.spyOn(server.engine.client, 'callEach').mockRejectedValue(new FailedCallError('f', '/secret'));
    expect(await Promise.all(['POST /pause', 'POST /resume', 'GET /is_paused'].map((route) => ask(route)))).toEqual([
      [500, '{"error":"Failed to pause generation: The engine could not run \\"f\\"."}'],
      [500, '{"error":"Failed to resume generation: The engine could not run \\"f\\"."}'],
      [500, '{"error":"Failed to fetch pause status: The engine could not run \\"f\\"."}'],
    ]);
    expect(await ask('POST /sleep')).toEqual([
      500,
      failure('The engine could not run "f".', 'InternalServerError', 500),
    ]);
  });

  it('release no cache of an engine that is not paused', async () => {
    expect((await ask('POST /release_kv_cache_memory'))[0]).toBe(500);
  });

  it('do not mix up engines with different weights', async () => {
    vi.spyOn(server.engine.client, 'callEach').mockResolvedValue(['v1', 'v2']);
    expect(await ask('GET /weight_info')).toEqual([
      500,
      failure('The engines have weights of different versions.', 'InternalServerError', 500),
    ]);
  });

  it('tell how deep the engine sleeps', async () => {
    const asleep = async () => {
      const [, text] = await ask('GET /metrics');
      return [...text.matchAll(/^vllm:engine_sleep_state\{.*sleep_state="(\w+)"\} 1(?:\.0)?$/gm)].map(
        ([, state]) => state,
      );
    };
    await ask('POST /sleep?level=2');
    expect(await asleep()).toEqual(['discard_all']);
    await ask('POST /wake_up?tags=weights');
    expect(await asleep()).toEqual(['discard_all']);
    await ask('POST /wake_up');
    expect(await asleep()).toEqual(['awake']);
  });

  it('count and time what takes long', async () => {
    await ask('POST /sleep');
    await ask('POST /wake_up');
    await ask('POST /start_weight_update');
    const [, text] = await ask('GET /metrics');
    expect(text).toMatch(/vllm:sleep_mode_operation_duration_seconds_count\{operation="sleep"\} \d/);
    expect(text).toMatch(/vllm:sleep_mode_operations_in_flight\{operation="wake"\} 0/);
    expect(text).toMatch(/vllm:rl_weight_update_operation_duration_seconds_count\{operation="start"\} \d/);
  });
});

describe('GET /server_info', () => {
  it('shows every option, as text or as JSON, and no secret', async () => {
    vi.stubEnv('VLLM_CONTROL_TEST', 'shown').stubEnv('VLLM_API_KEY', 'sk-never-told');
    vi.stubEnv('OTHER', 'not ours');
    const [[, text], [, json]] = await Promise.all([
      ask('GET /server_info'),
      ask('GET /server_info?config_format=json'),
    ]);
    vi.unstubAllEnvs();
    const info = JSON.parse(json) as Record<string, Record<string, Record<string, unknown>>>;
    expect(Object.keys(info)).toEqual(['vllm_config', 'vllm_env', 'system_env']);
    expect(info.vllm_config.routes.serverDevMode).toBe(true);
    expect(info.vllm_config.engine_info.worldSize).toBe(2);
    expect(info.vllm_env).toMatchObject({ VLLM_CONTROL_TEST: 'shown' });
    expect((JSON.parse(text) as { vllm_config: string }).vllm_config).toContain('routes.serverDevMode=true, ');
    expect(text + json).not.toContain('never-told');
    expect(text + json).not.toContain('not ours');
  });
});

describe('while generation is paused', () => {
  afterEach(async () => {
    await ask('POST /resume');
  });

  /** A request that has said one token. */
  async function started(fields?: object) {
    const arrival = server.engine.next();
    const answering = complete(fields);
    const arrived = await arrival;
    const heard = server.engine.heard();
    arrived.say({ newTokenIds: [261] });
    await heard;
    return { arrived, answering };
  }

  const choices = async (answering: Promise<Response>): Promise<unknown> =>
    ((await (await answering).json()) as { choices: readonly { finish_reason: string }[] }).choices;

  it('by abort, what ran ends with what there was, and new requests are refused', async () => {
    const { answering } = await started();
    expect((await ask('POST /pause'))[0]).toBe(200);
    expect(await choices(answering)).toMatchObject([{ finish_reason: 'abort' }]);
    const refused = await complete();
    expect([refused.status, await refused.text()]).toEqual([503, failure(PAUSED, 'ServiceUnavailableError', 503)]);
    const stream = await complete({ stream: true });
    expect([stream.status, await stream.text()]).toEqual([
      200,
      `data: {"error": {"message": "${PAUSED}", "type": "ServiceUnavailableError", "param": null, "code": 503}}\n\ndata: [DONE]\n\n`,
    ]);
  });

  it('by wait, what runs ends by itself first', async () => {
    const { arrived, answering } = await started();
    const pausing = ask('POST /pause?mode=wait');
    while (!(await ask('GET /is_paused'))[1].includes('true'));
    expect((await complete()).status).toBe(503);
    arrived.say({ newTokenIds: [262], finishReason: 'stop' });
    expect(await choices(answering)).toMatchObject([{ finish_reason: 'stop' }]);
    expect((await pausing)[0]).toBe(200);
  });

  it('by keep, requests stand still and new ones wait', async () => {
    const { arrived, answering } = await started();
    expect((await ask('POST /pause?mode=keep'))[0]).toBe(200);
    arrived.say({ newTokenIds: [262], finishReason: 'stop' });
    const arrival = server.engine.next();
    const waiting = complete();
    (await arrival).say({ newTokenIds: [263], finishReason: 'stop' });
    await server.engine.client.utility('is_sleeping', []);
    await ask('POST /resume');
    expect(await choices(answering)).toMatchObject([{ finish_reason: 'stop' }]);
    expect(await choices(waiting)).toMatchObject([{ finish_reason: 'stop' }]);
  });

  it('by sleep, the server is well and requests wait until it wakes', async () => {
    await ask('POST /sleep?level=1');
    const arrival = server.engine.next();
    const waiting = complete();
    (await arrival).say({ newTokenIds: [263], finishReason: 'stop' });
    expect((await ask('GET /health'))[0]).toBe(200);
    expect(await ask('GET /is_sleeping')).toEqual([200, '{"is_sleeping":true}']);
    await ask('POST /wake_up');
    expect(await choices(waiting)).toMatchObject([{ finish_reason: 'stop' }]);
  });

  it('all requests can be ended: every client gets what there was', async () => {
    const first = await started();
    const second = await started({ n: 2 });
    const beams = server.engine.next();
    const searching = complete({ use_beam_search: true, n: 2, max_tokens: 2 });
    await beams;
    expect(await ask('POST /abort_requests', '{"request_ids":[]}')).toEqual([200, '{"status":"aborted","aborted":3}']);
    expect(await choices(first.answering)).toMatchObject([{ finish_reason: 'abort' }]);
    expect(await choices(second.answering)).toMatchObject([{ finish_reason: 'abort' }, { finish_reason: 'abort' }]);
    expect(await choices(searching)).toMatchObject([{ finish_reason: 'abort' }]);
  });
});

describe('a server without development mode', () => {
  it('has none of the routes', async () => {
    const plain = await startTestServer();
    const dev = server.server.routes.filter(
      ({ path, method }) => !plain.server.routes.some((other) => other.path === path && other.method === method),
    );
    expect(dev.map(({ path }) => path)).toContain('/collective_rpc');
    for (const { path, method } of dev.filter(({ path }) => !path.startsWith('/v1'))) {
      expect([path, (await fetch(plain.url + path, { method })).status]).toEqual([path, 404]);
    }
    await plain.close();
  });
});

describe('in front of an engine of 0.30', () => {
  it('pauses and wakes with the calls that there are', async () => {
    const old = await startTestServer({
      argv: ['--server-dev-mode'],
      engine: {
        release: '0.30.0',
        utilities: {
          pause_generation: { failure: "'EngineCoreProc' object has no attribute 'pause_generation'" },
          wake_up: { result: null },
        },
      },
    });
    const post = async (path: string) => (await fetch(old.url + path, { method: 'POST' })).text();
    expect(await post('/pause?mode=keep')).toBe('{"status":"paused"}');
    expect(await post('/wake_up')).toBe('{"status":"sleeping","tags":null}');
    expect(await post('/resume')).toBe('{"status":"resumed"}');
    expect(old.engine.calls).toEqual([
      ['pause_generation', ['keep', true]],
      ['pause_scheduler', ['keep', true]],
      ['wake_up', [null]],
      ['is_sleeping', []],
      ['resume_scheduler', []],
    ]);
    await old.close();
  });
});
