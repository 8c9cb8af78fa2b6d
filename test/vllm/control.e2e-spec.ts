import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '@support/free-port';
import { complete, health, post, startStream, untilRunning } from './ask.js';
import { startAttachedAerie } from './attached-aerie.js';
import type { AttachedAerie } from './attached-aerie.js';
import { showOutputOfFailures } from './show-failures.js';

let attached: AttachedAerie;
let url: string;
let traces: string;

beforeAll(async () => {
  traces = await mkdtemp(join(tmpdir(), 'aerie-traces-'));
  const profiler = [
    '--profiler-config',
    JSON.stringify({ profiler: 'torch', torch_profiler_dir: traces, torch_profiler_with_stack: false }),
  ];
  const endpoint = `tcp://127.0.0.1:${await freePort()}`;
  const kvEvents = { enable_kv_cache_events: true, publisher: 'zmq', endpoint };
  attached = await startAttachedAerie({
    aerieArgs: ['--server-dev-mode', '--allow-runtime-lora-updating', '--enable-lora', ...profiler],
    engineArgs: [
      ...['--enable-lora', '--max-lora-rank', '8', ...profiler],
      ...['--kv-events-config', JSON.stringify(kvEvents)],
    ],
  });
  ({ url } = attached.aerie);
});
afterAll(async () => {
  await attached?.stop();
  await rm(traces, { recursive: true, force: true });
});
showOutputOfFailures(() => attached?.output());

async function answer(asked: Promise<Response>): Promise<readonly [status: number, text: string]> {
  const response = await asked;
  return [response.status, await response.text()];
}

const call = (path: string, body: object = {}) => answer(post(url + path, body));
const look = (path: string) => answer(fetch(url + path, { headers: { connection: 'close' } }));

/** It is answered, so the engine runs again. */
async function untilServed(): Promise<void> {
  expect((await complete(url, { max_tokens: 1 })).status).toBe(200);
}

describe('a vLLM engine core, controlled over HTTP', () => {
  it('sleeps at level 0, lets requests wait, and wakes up', async () => {
    expect(await call('/sleep?level=0')).toEqual([200, '{"status":"sleeping","level":0}']);
    expect(await look('/is_sleeping')).toEqual([200, '{"is_sleeping":true}']);
    const waiting = complete(url, {});
    expect(await health(url)).toBe(200);
    expect(await call('/wake_up?tags=scheduling')).toEqual([200, '{"status":"awake","tags":["scheduling"]}']);
    expect((await waiting).status).toBe(200);
    expect(await look('/is_sleeping')).toEqual([200, '{"is_sleeping":false}']);
  });

  it('pauses: what runs is aborted, what comes waits until it resumes', async () => {
    const stream = await startStream(url, { max_tokens: 1500 });
    expect(await call('/pause')).toEqual([200, '{"status":"paused"}']);
    expect(await stream.ended).toContain('"finish_reason":"abort"');
    expect(await look('/is_paused')).toEqual([200, '{"is_paused":true}']);
    const waiting = complete(url, {});
    expect(await call('/resume')).toEqual([200, '{"status":"resumed"}']);
    expect(await look('/is_paused')).toEqual([200, '{"is_paused":false}']);
    expect((await waiting).status).toBe(200);
  });

  it('keeps a stream through a pause', async () => {
    const stream = await startStream(url, { max_tokens: 64 });
    expect((await call('/pause?mode=keep'))[0]).toBe(200);
    expect((await call('/resume'))[0]).toBe(200);
    expect(await stream.ended).toContain('"completion_tokens":64');
  });

  it('empties its caches', async () => {
    await untilRunning(url, 0);
    expect(await call('/reset_prefix_cache')).toEqual([200, '{"success":true}']);
    expect(await call('/reset_mm_cache')).toEqual([200, '']);
    expect(await call('/reset_encoder_cache')).toEqual([200, '']);
  });

  it('calls its workers, and survives a method that they do not have', async () => {
    expect(await call('/collective_rpc', { method: 'check_health' })).toEqual([200, '{"results":[null]}']);
    expect((await call('/collective_rpc', { method: 'no_such_method' }))[0]).toBe(500);
    await untilServed();
  });

  it('has weights with a version and checksums, and no transfer engine', async () => {
    expect(await look('/weight_info')).toEqual([200, '{"weight_version":"default"}']);
    expect(await call('/update_weight_version', { new_version: 'v2' })).toEqual([
      200,
      '{"success":true,"new_version":"v2"}',
    ]);
    expect(await look('/weight_info')).toEqual([200, '{"weight_version":"v2"}']);
    expect((await call('/start_weight_update'))[0]).toBe(500);
    expect(await look('/get_world_size')).toEqual([200, '{"world_size":1}']);
    await untilServed();
  });

  it('ends all requests of the server, and one by its id', async () => {
    const stream = await startStream(url, { max_tokens: 1500 });
    expect(await call('/abort_requests')).toEqual([200, '{"status":"aborted","aborted":1}']);
    expect(await stream.ended).toContain('"finish_reason":"abort"');
    const named = await startStream(url, { max_tokens: 1500 }, { headers: { 'x-request-id': 'mine' } });
    expect((await call('/abort_requests', { request_ids: ['cmpl-mine-0'] }))[0]).toBe(200);
    expect(await named.ended).toContain('"finish_reason":"abort"');
  });

  it('knows no adapter at a path that is not there', async () => {
    const [status, text] = await call('/v1/load_lora_adapter', { lora_name: 'a', lora_path: '/no/such/adapter' });
    expect([status, text]).toEqual([404, expect.stringContaining('Loading lora a failed: No adapter found for')]);
    await untilServed();
  });

  it('profiles one session at a time', async () => {
    expect(await call('/start_profile', { profile_prefix: 'one' })).toEqual([200, '']);
    expect((await call('/start_profile'))[0]).toBe(409);
    await untilServed();
    expect(await call('/stop_profile')).toEqual([200, '']);
  });

  it('tells where its cache events go', async () => {
    const [status, text] = await look('/kv_event_sources');
    expect([status, JSON.parse(text)]).toEqual([200, { '0': expect.objectContaining({ publisher: 'zmq' }) as object }]);
  });
});
