import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLogger } from '@app/logging';
import { RequestContext } from '@server/http/request-context';
import type { ArrivedRequest } from '@support/test-engine';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

const MODULES = {
  'mark.mjs': `
    const mark = (name) => (request, response, next) => {
      response.setHeader('x-seen-by', [response.getHeader('x-seen-by'), name].flat().filter(Boolean));
      next();
    };
    export default mark('default');
    export const first = mark('first');
    export const second = mark('second');`,
  'gate.mjs': `
    export default class Gate {
      allowed = 'sesame';
      use(request, response, next) {
        if (request.headers['x-gate'] === this.allowed) return next();
        response.writeHead(402, { 'content-type': 'text/plain' }).end('pay first');
        next();
      }
    }`,
  'faults.mjs': `
    export const throws = () => { throw new Error('secret of the operator'); };
    export const rejects = async () => { throw new Error('secret of the operator'); };
    export const says = (request, response, next) => { next(new Error('secret of the operator')); next(); };
    export const late = async (request, response, next) => { next(); throw new Error('secret of the operator'); };
    export const half = async (request, response) => { response.write('half'); throw new Error('secret of the operator'); };`,
  'slow.mjs': `
    export default (request, response, next) => {
      response.once('close', () => { next(); globalThis.slowLetOn(); });
      globalThis.slowArrived();
    };`,
  'wrong.mjs': `
    export default 5;
    export class Useless {}`,
  'broken.mjs': 'throw new Error("broken on purpose")',
};

let directory: string;
let server: TestServer | undefined;
const log = { text: '' };
const logger = createLogger({ destination: { write: (line) => void (log.text += line) } });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aerie-middleware-'));
  await Promise.all(Object.entries(MODULES).map(([name, source]) => writeFile(join(directory, name), source)));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  log.text = '';
});
afterAll(() => rm(directory, { recursive: true }));

async function start(names: readonly string[], options: Parameters<typeof startTestServer>[0] = {}): Promise<string> {
  const argv = [...names.flatMap((name) => ['--middleware', join(directory, name)]), ...(options.argv ?? [])];
  server = await startTestServer({ ...options, argv, logger });
  return server.url;
}

describe('--middleware', () => {
  it('sees every request, the last that was given first, and its headers stay', async () => {
    const model = await loadTinyModel();
    const onRequest = (arrived: ArrivedRequest) => arrived.say({ newTokenIds: [395], finishReason: 'length' });
    const url = await start(['mark.mjs#first', 'mark.mjs', 'mark.mjs#second'], {
      model,
      engine: { onRequest },
      argv: ['--api-key', 'k'],
    });
    const complete = (stream: boolean) =>
      fetch(`${url}/v1/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer k' },
        body: JSON.stringify({ prompt: 'Hi', stream }),
      });
    const answers = [
      await complete(false),
      await complete(true),
      await fetch(`${url}/nothing`),
      await fetch(`${url}/health`),
    ];
    expect(answers.map(({ status, headers }) => [status, headers.get('x-seen-by')])).toEqual(
      [200, 200, 401, 200].map((status) => [status, 'second, default, first']),
    );
    expect(await answers[1].text()).toMatch(/data: \[DONE\]\n\n$/);
  });

  it('may answer, and is in the access log all the same', async () => {
    const url = await start(['gate.mjs']);
    const refused = await fetch(`${url}/health`);
    expect([refused.status, await refused.text()]).toEqual([402, 'pay first']);
    expect((await fetch(`${url}/health`, { headers: { 'x-gate': 'sesame' } })).status).toBe(200);
    expect(log.text).toMatch(/GET \/health client=127\.0\.0\.1 status=402/);
  });

  it.each(['throws', 'rejects', 'says'])('is a 500 in the envelope when it fails: %s', async (name) => {
    const url = await start([`faults.mjs#${name}`]);
    const answer = await fetch(`${url}/health`);
    expect([answer.status, await answer.json()]).toEqual([
      500,
      { error: { message: 'Internal server error', type: 'InternalServerError', param: null, code: 500 } },
    ]);
    expect(log.text).toContain('a middleware failed');
  });

  it('cannot take an answer back', async () => {
    const url = await start(['faults.mjs#late']);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(log.text).toContain('a middleware failed after it had let a request on');
    await server?.close();
    const half = await start(['faults.mjs#half']);
    await expect(fetch(`${half}/health`).then((answer) => answer.text())).rejects.toThrow();
  });

  it('may let a request on whose client has left: nothing is begun for it', async () => {
    const setDeadline = vi.spyOn(RequestContext.prototype, 'setDeadline');
    const arrived = new Promise<void>((resolve) => Object.assign(globalThis, { slowArrived: resolve }));
    const letOn = new Promise<void>((resolve) => Object.assign(globalThis, { slowLetOn: resolve }));
    const url = await start(['slow.mjs'], { model: await loadTinyModel() });
    const leaving = new AbortController();
    const asked = fetch(`${url}/v1/completions`, {
      method: 'POST',
      headers: { 'x-request-timeout-ms': '60000' },
      signal: leaving.signal,
    });
    await arrived;
    leaving.abort();
    await expect(asked).rejects.toThrow('aborted');
    await letOn;
    expect(setDeadline).not.toHaveBeenCalled();
    setDeadline.mockRestore();
  });

  it.each([
    [['wrong.mjs'], '"default" is neither a function (request, response, next) nor a class with a method use'],
    [['wrong.mjs#Useless'], '"Useless" is neither a function (request, response, next) nor a class with a method use'],
    [['mark.mjs#third'], 'the module has no export "third"'],
    [['broken.mjs'], 'broken on purpose'],
    [['nobody.mjs'], /nobody\.mjs/],
    [
      ['nobody.mjs', 'mark.mjs', 'mark.mjs#third'],
      /nobody\.mjs.*\n.*mark\.mjs#third: the module has no export "third"$/,
    ],
  ])('is a problem at start: %j', async (names, reason) => {
    await expect(start(names)).rejects.toThrow(reason);
    await expect(start(names)).rejects.toThrow(`--middleware ${join(directory, names[0])}: `);
  });
});
