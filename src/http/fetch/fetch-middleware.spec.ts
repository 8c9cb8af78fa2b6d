import { describe, expect, it } from 'vitest';
import { compose, run } from './fetch-middleware.js';
import type { FetchMiddleware, Next } from './fetch-middleware.js';
import { FetchRun } from './fetch-run.js';

const request = new Request('http://localhost/');
const at = (path: string) => new Request(`http://localhost/${path}`);
/** The server behind: tells where it was asked. */
const server: Next = (asked = request) => Promise.resolve(new Response(`at ${new URL(asked.url).pathname}`));

const tagged =
  (tag: string): FetchMiddleware =>
  async (asked, next) => {
    const answer = await next(asked);
    return new Response(`${tag}(${await answer.text()})`);
  };

const answerOf = async (middleware: FetchMiddleware | undefined): Promise<string | undefined> =>
  middleware && (await run(middleware, request, server)).text();

describe('compose', () => {
  it('is nothing of nothing', () => {
    expect(compose([undefined, undefined])).toBeUndefined();
  });

  it('puts the first outside', async () => {
    expect(await answerOf(compose([tagged('a'), undefined, tagged('b'), tagged('c')]))).toBe('a(b(c(at /)))');
  });

  it('hands changed requests on', async () => {
    const changing: FetchMiddleware = (_, next) => next(at('changed'));
    const plain: FetchMiddleware = (_, next) => next();
    expect(await answerOf(compose([plain, changing, plain]))).toBe('at /changed');
  });

  it('lets any of them answer in the place of the rest', async () => {
    expect(await answerOf(compose([tagged('a'), () => 'no', tagged('c')]))).toBe('a(no)');
  });
});

describe('run', () => {
  it.each([
    ['a response', new Response('x', { status: 201 }), 201, 'x'],
    ['text', 'x', 200, 'x'],
    ['an object', { a: 1 }, 200, '{"a":1}'],
    ['nothing', undefined, 200, ''],
    ['null', null, 200, ''],
  ])('makes a response of %s', async (_, value, status, text) => {
    const response = await run(() => value, request, server);
    expect([response.status, await response.text()]).toEqual([status, text]);
  });
});

describe('FetchRun', () => {
  it('stands still in next until it is left', async () => {
    const started = new FetchRun(tagged('a'), request);
    expect([await started.passedOn, started.waiting]).toEqual([request, true]);
    const answer = await started.leave(new Response('x'));
    expect([await answer.text(), started.waiting]).toEqual(['a(x)', false]);
  });

  it('passes nothing on when it answers, or throws', async () => {
    const answering = new FetchRun(() => 'no', request);
    expect([await answering.passedOn, await (await answering.answer).text()]).toEqual([undefined, 'no']);
    const failing = new FetchRun(() => {
      throw new Error('fault');
    }, request);
    await expect(failing.passedOn).rejects.toThrow('fault');
  });

  it('tells of a fault after next when it is left', async () => {
    const failing = new FetchRun(async (_, next) => {
      await next();
      throw new Error('fault');
    }, request);
    expect(await failing.passedOn).toBe(request);
    await expect(failing.leave(new Response())).rejects.toThrow('fault');
  });
});
