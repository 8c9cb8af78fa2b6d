import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Speaker } from '@support/speaker';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const model = await loadTinyModel();
const speaker = new Speaker(model.tokenizer);

let folder: string;
let server: TestServer;
let sessionless: TestServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aerie-sessions-'));
  const engine = { tasks: ['generate'], onRequest: speaker.answer };
  server = await startTestServer({
    env: {
      SAGEMAKER_ENABLE_STATEFUL_SESSIONS: 'true',
      SAGEMAKER_SESSIONS_PATH: join(folder, 'sessions'),
      SAGEMAKER_SESSIONS_EXPIRATION: '90',
    },
    model,
    engine,
  });
  sessionless = await startTestServer({ model, engine });
});
afterAll(async () => {
  await Promise.all([server.close(), sessionless.close()]);
  await rm(folder, { recursive: true });
});

function invoke(body: unknown, session?: string, to: TestServer = server): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    ...(session !== undefined && { 'X-Amzn-SageMaker-Session-Id': session }),
  };
  return fetch(`${to.url}/invocations`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function open(): Promise<string> {
  const answer = await invoke({ requestType: 'NEW_SESSION' });
  const [id = ''] = UUID.exec(await answer.text()) ?? [];
  return id;
}

async function messageOf(answering: Promise<Response>): Promise<readonly [number, string, string]> {
  const answer = await answering;
  const { error } = (await answer.json()) as { readonly error: { readonly message: string; readonly type: string } };
  return [answer.status, error.type, error.message];
}

describe('sessions of /invocations', () => {
  it('are opened, used and closed', async () => {
    const before = Date.now();
    const opened = await invoke({ requestType: 'NEW_SESSION' });
    const header = opened.headers.get('x-amzn-sagemaker-new-session-id') ?? '';
    const [, id = '', expires = ''] = /^(\S+); Expires=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/.exec(header) ?? [];
    expect([opened.status, await opened.text()]).toEqual([200, `Session ${id} created`]);
    expect(Math.abs(Date.parse(expires) - before - 90_000)).toBeLessThan(5000);

    speaker.say('Hello.');
    const used = await invoke({ prompt: 'Hi' }, id);
    expect([used.status, await used.json()]).toEqual([200, expect.objectContaining({ object: 'text_completion' })]);

    const closed = await invoke({ requestType: 'CLOSE' }, id);
    expect([closed.status, closed.headers.get('x-amzn-sagemaker-closed-session-id'), await closed.text()]).toEqual([
      200,
      id,
      `Session ${id} closed`,
    ]);
    expect(await messageOf(invoke({ prompt: 'Hi' }, id))).toEqual([
      400,
      'Bad Request',
      `Bad request: session not found: ${id}`,
    ]);
    expect(await readdir(join(folder, 'sessions'))).not.toContain(id);
  });

  it('of a server that was started again on the same folder go on', async () => {
    const id = await open();
    const again = await startTestServer({
      argv: ['--sagemaker-stateful-sessions', '--sagemaker-sessions-path', join(folder, 'sessions')],
    });
    const closed = await invoke({ requestType: 'CLOSE' }, id, again);
    expect(closed.status).toBe(200);
    await again.close();
    expect((await invoke({ requestType: 'CLOSE' }, id)).status).toBe(400);
  });

  it.each([['../sessions'], [UNKNOWN], ['NEW_SESSION'], ['..%2f..'], [`${UNKNOWN}/../..`]])(
    'are not found by a wrong id: %s',
    async (id) => {
      const expected = [400, 'Bad Request', `Bad request: session not found: ${id}`];
      const answers = [invoke({ prompt: 'Hi' }, id), invoke({ requestType: 'CLOSE' }, id)];
      expect(await Promise.all(answers.map(messageOf))).toEqual([expected, expected]);
    },
  );

  it('are not closed without an id', async () => {
    expect(await messageOf(invoke({ requestType: 'CLOSE' }))).toEqual([
      424,
      'Failed Dependency',
      'Failed to close session: invalid session_id: None',
    ]);
  });

  it.each([
    [
      { requestType: 'OPEN' },
      '[{"type":"enum","loc":["requestType"],"msg":"Input should be \'NEW_SESSION\' or \'CLOSE\'","input":"OPEN","ctx":{"expected":"\'NEW_SESSION\' or \'CLOSE\'"}}]',
    ],
    [
      { requestType: 'CLOSE', prompt: 'Hi' },
      '[{"type":"extra_forbidden","loc":["prompt"],"msg":"Extra inputs are not permitted","input":"Hi"}]',
    ],
  ])('are not asked for by %j', async (body, message) => {
    expect(await messageOf(invoke(body))).toEqual([400, 'Bad Request', message]);
  });

  it('do not fail with a wrong folder in a way that tells it', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const broken = await startTestServer({
      argv: ['--sagemaker-stateful-sessions', '--sagemaker-sessions-path', file],
    });
    const answers = [
      invoke({ requestType: 'NEW_SESSION' }, undefined, broken),
      invoke({ prompt: 'Hi' }, UNKNOWN, broken),
      invoke({ requestType: 'CLOSE' }, UNKNOWN, broken),
    ];
    expect(await Promise.all(answers.map(messageOf))).toEqual([
      [424, 'Failed Dependency', 'Failed to create session: EEXIST'],
      [424, 'Failed Dependency', 'Failed to find session: ENOTDIR'],
      [424, 'Failed Dependency', 'Failed to find session: ENOTDIR'],
    ]);
    await broken.close();
  });
});

describe('without sessions', () => {
  it.each([
    [{ requestType: 'NEW_SESSION' }, undefined, 'Invalid payload. stateful sessions not enabled'],
    [{ requestType: 'CLOSE' }, UNKNOWN, 'Invalid payload. stateful sessions not enabled'],
    [
      { prompt: 'Hi' },
      UNKNOWN,
      'Invalid payload. stateful sessions not enabled, X-Amzn-SageMaker-Session-Id header not supported',
    ],
  ])('%j is refused', async (body, session, message) => {
    expect(await messageOf(invoke(body, session, sessionless))).toEqual([400, 'Bad Request', message]);
  });
});
