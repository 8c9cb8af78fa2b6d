import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';
import { allEnded, childPids, isAlive } from '@support/child-processes';
import { metric, until } from '@support/metrics';
import { startMockedAerie } from '@support/mock-engine';
import type { MockedAerie, MockEngineEvent } from '@support/mock-engine';

const ANSWERED = 'http_requests_total{handler="/v1/completions",method="POST",status="2xx"}';

function complete(url: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ prompt: 'Hi', ignore_eos: true, ...body }),
  });
}

/** What a stream has said when it ended, and whether it ended as it should. */
interface StreamEnd {
  readonly text: string;
  readonly isWhole: boolean;
}

/** A stream whose first token is here. */
interface RunningStream {
  readonly ended: Promise<StreamEnd>;
}

async function startStream(url: string, maxTokens: number): Promise<RunningStream> {
  const { body } = await complete(url, { max_tokens: maxTokens, stream: true });
  if (body === null) throw new Error('the answer has no body');
  const chunks = body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let wire = String((await chunks.next()).value);
  const read = async (): Promise<StreamEnd> => {
    try {
      for (let chunk = await chunks.next(); chunk.done !== true; chunk = await chunks.next()) wire += chunk.value;
    } catch {
      return { text: textOf(wire), isWhole: false };
    }
    return { text: textOf(wire), isWhole: wire.endsWith('data: [DONE]\n\n') };
  };
  return { ended: read() };
}

function textOf(wire: string): string {
  const events = wire.split('\n\n').filter((event) => /^data: \{.*\}$/.test(event));
  return events
    .map((event) => (JSON.parse(event.slice(6)) as { choices: [{ text: string }] }).choices[0].text)
    .join('');
}

/** What the prompt, over and over, makes of so many tokens. */
function whole(tokens: number): StreamEnd {
  return { text: 'Hi'.repeat(tokens / 2), isWhole: true };
}

/** Indexes of the workers that answered a completion. */
function workersThatServed(output: string): ReadonlySet<string> {
  return new Set([...output.matchAll(/POST \/v1\/completions worker=(\d+)/g)].map(([, worker]) => worker));
}

// One server, from its first request to its end.
describe('two API servers over one engine', () => {
  let mocked: MockedAerie;
  let url: string;
  const events: MockEngineEvent[] = [];

  beforeAll(async () => {
    mocked = await startMockedAerie(['--api-server-count', '2', '--shutdown-timeout', '30'], {
      engineArgs: ['--interval-ms', '2'],
    });
    mocked.engine.onEvent = (event) => void events.push(event);
    ({ url } = mocked.aerie);
  });

  afterAll(() => mocked.stop());

  const workers = (): Promise<readonly number[]> => childPids(mocked.aerie.child.pid ?? 0);

  it('serve one port, and say once that they are ready', async () => {
    const streams = await Promise.all([startStream(url, 10), startStream(url, 10)]);
    expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual([whole(10), whole(10)]);
    await Promise.all(['0', '1'].map((worker) => mocked.aerie.said(`POST /v1/completions worker=${worker}`)));
    expect(mocked.aerie.output().match(/Aerie is ready/g)).toHaveLength(1);
    expect(await workers()).toHaveLength(2);
  });

  it('show the metrics of both, whoever is asked', async () => {
    for (let asked = 0; asked < 4; asked++) {
      expect(await metric(url, ANSWERED, { connection: 'close' })).toBe(2);
    }
    expect(await metric(url, 'vllm:generation_tokens_total')).toBe(20);
  });

  it('replace one that is killed: streams of the other go on, the engine is freed of its own, nothing counts backwards', async () => {
    const before = await workers();
    const streams = await Promise.all([startStream(url, 400), startStream(url, 400)]);
    process.kill(before[0], 'SIGKILL');
    await mocked.aerie.said('worker died');
    expect((await complete(url, { max_tokens: 2 })).status).toBe(200);
    const ends = await Promise.all(streams.map(({ ended }) => ended));
    expect(ends.filter(({ isWhole }) => isWhole)).toEqual([whole(400)]);
    const aborted = (): readonly string[] =>
      events.flatMap((event) => (event.type === 'abort' ? event.request_ids : []));
    await until(async () => {
      await mocked.engine.sync();
      return aborted().length > 0;
    });
    expect(new Set(aborted()).size).toBe(1);
    // Those of the first test, the whole stream, and the one in between.
    expect(await metric(url, ANSWERED)).toBe(4);
    const heardBefore = mocked.aerie.output().length;
    await until(async () => {
      await (await complete(url, { max_tokens: 2 }, { connection: 'close' })).text();
      return workersThatServed(mocked.aerie.output().slice(heardBefore)).size === 2;
    });
    const after = await workers();
    expect(after).toHaveLength(2);
    expect(after).toContain(before[1]);
    expect(after).not.toContain(before[0]);
  });

  it('are renewed one after the other by SIGHUP without the loss of a request', async () => {
    const before = await workers();
    const counted = (await metric(url, ANSWERED)) ?? 0;
    const long = await Promise.all([startStream(url, 150), startStream(url, 150)]);
    mocked.aerie.child.kill('SIGHUP');
    let answered = 0;
    const client = async (): Promise<void> => {
      while (!mocked.aerie.output().includes('the API servers are renewed')) {
        const response = await complete(url, { max_tokens: 4 });
        expect([response.status, ((await response.json()) as { choices: [object] }).choices]).toEqual([
          200,
          [expect.objectContaining({ text: 'HiHi', finish_reason: 'length' })],
        ]);
        answered++;
      }
    };
    await Promise.all([client(), client(), client()]);
    expect(await Promise.all(long.map(({ ended }) => ended))).toEqual([whole(150), whole(150)]);
    const after = await workers();
    expect(after).toHaveLength(2);
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    expect(answered).toBeGreaterThan(0);
    expect(await metric(url, ANSWERED)).toBe(counted + answered + long.length);
  });

  it('finish their streams after SIGTERM, and leave nothing', async () => {
    const pids = await workers();
    const streams = await Promise.all([startStream(url, 150), startStream(url, 150)]);
    const stopped = mocked.aerie.stop();
    expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual([whole(150), whole(150)]);
    expect(await stopped).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(mocked.aerie.output().match(/died/g)).toHaveLength(1);
  });
});

describe('a unix socket of several API servers', () => {
  it('is taken over when it is stale, served by all, and gone at the end', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'aerie-uds-'));
    const uds = join(directory, 's');
    const first = await startMockedAerie(['--api-server-count', '2', '--uds', uds]);
    const supervised = await childPids(first.aerie.child.pid ?? 0);
    first.aerie.child.kill('SIGKILL');
    await allEnded(supervised);
    await first.stop();
    expect(existsSync(uds)).toBe(true);

    const second = await startMockedAerie(['--api-server-count', '2', '--uds', uds]);
    try {
      expect(second.aerie.url).toBe(`unix:${uds}`);
      for (let asked = 0; asked < 4; asked++) {
        const [response] = (await once(get({ socketPath: uds, path: '/version', agent: false }), 'response')) as [
          { statusCode: number; resume(): void },
        ];
        response.resume();
        expect(response.statusCode).toBe(200);
      }
      await Promise.all(['0', '1'].map((worker) => second.aerie.said(`GET /version worker=${worker}`)));
    } finally {
      await second.stop();
    }
    expect(second.aerie.child.exitCode).toBe(0);
    expect(existsSync(uds)).toBe(false);
    await rm(directory, { recursive: true });
  });
});

describe('several API servers over an engine of their own', () => {
  let aerie: AerieProcess | undefined;

  afterEach(async () => {
    await aerie?.stop();
    aerie = undefined;
  });

  it('end with their supervisor, however it ends', async () => {
    aerie = await startAerie(['--api-server-count', '2']);
    const pids = await childPids(aerie.child.pid ?? 0);
    expect(pids).toHaveLength(3);
    aerie.child.kill('SIGKILL');
    await allEnded(pids);
  });

  it('all refuse when the engine dies, until the server ends with code 1', async () => {
    aerie = await startAerie(['--api-server-count', '2']);
    const { url, child } = aerie;
    const exited = once(child, 'exit');
    const children = await childPids(child.pid ?? 0);
    const titles = await Promise.all(children.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8')));
    process.kill(children[titles.findIndex((title) => title.includes('engine core'))], 'SIGKILL');
    const health = async (): Promise<number> =>
      (await fetch(`${url}/health`, { headers: { connection: 'close' } })).status;
    await until(async () => (await health()) === 503);
    await until(async () =>
      (await Promise.all([health(), health(), health(), health()])).every((status) => status === 503),
    );
    expect(await exited).toEqual([1, null]);
    expect(aerie.output()).toMatch(/the engine died.*SIGKILL/);
    expect(children.filter(isAlive)).toEqual([]);
  });
});
