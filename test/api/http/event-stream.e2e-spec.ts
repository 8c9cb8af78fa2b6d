import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UnavailableError } from '@app/errors';
import { EventStream } from '@server/http/event-stream';
import type { EventStreamOptions } from '@server/http/event-stream';
import { contextOf } from '@server/http/request-context';
import { startBareServer } from '@support/bare-server';
import type { BareServer } from '@support/bare-server';
import { openSocket, rawExchange, readAnswer } from '@support/raw-http';

let server: BareServer | undefined;
afterEach(() => server?.close());

interface OpenedStream {
  readonly stream: EventStream;
  /** Resolves when the stream is told that its reader is gone. */
  readonly closed: Promise<void>;
  readonly closeCount: () => number;
}

/** A server whose only route hands its event stream to the test. */
async function serve(
  options: Partial<EventStreamOptions> = {},
): Promise<{ url: string; next: () => Promise<OpenedStream> }> {
  const opened: OpenedStream[] = [];
  const waiting: ((opened: OpenedStream) => void)[] = [];
  server = await startBareServer((fastify) => {
    fastify.get('/stream', (_request, reply) => {
      let count = 0;
      let closed = (): void => undefined;
      const promise = new Promise<void>((resolve) => {
        closed = resolve;
      });
      const onClose = (): void => {
        count += 1;
        closed();
      };
      const stream = EventStream.open(reply, {
        onClose,
        onDeadline: (error) => stream.fail(error, 'compact'),
        ...options,
      });
      const entry = { stream, closed: promise, closeCount: () => count };
      const waiter = waiting.shift();
      if (waiter) {
        waiter(entry);
      } else {
        opened.push(entry);
      }
    });
  });
  return {
    url: server.url,
    next: () => {
      const entry = opened.shift();
      return entry ? Promise.resolve(entry) : new Promise((resolve) => waiting.push(resolve));
    },
  };
}

const COMMENT = ': keep-alive\n\n';
const GET = 'GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('EventStream', () => {
  it('sends its head at once, with what the hooks set', async () => {
    const { url, next } = await serve();
    const response = await fetch(`${url}/stream`, { headers: { origin: 'https://x', 'x-request-id': 'abc' } });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'access-control-allow-origin': '*',
      vary: 'Origin',
      'x-request-id': 'abc',
      'transfer-encoding': 'chunked',
    });
    const { stream } = await next();
    stream.sendJson('{"text":"é😀"}');
    stream.done();
    expect(await response.text()).toBe('data: {"text":"é😀"}\n\ndata: [DONE]\n\n');
  });

  it('puts what one turn sends into one chunk', async () => {
    const { url, next } = await serve();
    const exchange = rawExchange(url, GET);
    const { stream } = await next();
    stream.send('data: a\n\n');
    stream.send('data: b\n\n');
    await Promise.resolve();
    stream.send('data: c\n\n');
    await new Promise((resolve) => setImmediate(resolve));
    stream.send('data: d\n\n');
    stream.end();
    stream.send('data: dropped\n\n');
    expect((await exchange).body).toBe('1b\r\ndata: a\n\ndata: b\n\ndata: c\n\n\r\n9\r\ndata: d\n\n\r\n0\r\n\r\n');
  });

  it('keeps the connection for the next request', async () => {
    const { url, next } = await serve();
    const socket = await openSocket(url);
    for (const text of ['first', 'second']) {
      socket.write(GET);
      const { stream } = await next();
      stream.send(`data: ${text}\n\n`);
      stream.end();
      let received = '';
      while (!received.endsWith('0\r\n\r\n')) {
        const [chunk] = (await once(socket, 'data')) as [Buffer];
        received += chunk.toString();
      }
      expect(received).toContain(`data: ${text}\n\n`);
    }
    socket.destroy();
  });

  it('answers pipelined requests in order', async () => {
    const { url, next } = await serve();
    const socket = await openSocket(url);
    socket.write(GET + GET.replace('localhost\r\n', 'localhost\r\nConnection: close\r\n'));
    const [first, second] = [await next(), await next()];
    second.stream.send('data: 2\n\n');
    second.stream.end();
    await new Promise((resolve) => setImmediate(resolve));
    first.stream.send('data: 1\n\n');
    first.stream.end();
    let received = '';
    for await (const chunk of socket) {
      received += (chunk as Buffer).toString();
    }
    expect(received.match(/data: \d/g)).toEqual(['data: 1', 'data: 2']);
  });

  it('hears that the client of pipelined requests left, whichever has the connection', async () => {
    const { url, next } = await serve();
    const socket = await openSocket(url);
    socket.write(GET.repeat(3));
    const streams = [await next(), await next(), await next()];
    socket.destroy();
    await Promise.all(streams.map(({ closed }) => closed));
    expect(streams.map(({ stream }) => stream.open)).toEqual([false, false, false]);
  });

  it('cuts the connection of an answer that waits behind another and grows too large', async () => {
    const { url, next } = await serve({ maxBufferedBytes: 1000 });
    const socket = await openSocket(url);
    socket.on('error', () => undefined);
    socket.write(GET.repeat(2));
    const [first, second] = [await next(), await next()];
    second.stream.send('x'.repeat(1001));
    await Promise.all([first.closed, second.closed]);
    expect([first.stream.open, second.stream.open]).toEqual([false, false]);
  });

  it('serves HTTP/1.0 without chunks', async () => {
    const { url, next } = await serve();
    const exchange = rawExchange(url, 'GET /stream HTTP/1.0\r\n\r\n');
    const { stream } = await next();
    stream.send('data: a\n\n');
    stream.done();
    expect((await exchange).body).toBe('data: a\n\ndata: [DONE]\n\n');
  });

  it('breaks silence with comments, before the first event too, and never when it was not asked to', async () => {
    const { url, next } = await serve({ keepAlive: true });
    const response = await fetch(`${url}/stream`);
    const { stream } = await next();
    let received = '';
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      received += piece;
      // An event between the second comment and the third; the end after the third.
      if (received === COMMENT.repeat(2)) stream.send('data: a\n\n');
      if (received.split(COMMENT).length === 4) stream.done();
    }
    expect(received).toBe(`${COMMENT}${COMMENT}data: a\n\n${COMMENT}data: [DONE]\n\n`);
  });

  it('has no comment inside an event, nor before its time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { url, next } = await serve({ keepAlive: true });
    const exchange = rawExchange(url, GET);
    const { stream } = await next();
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    for (const text of ['a', 'b']) {
      vi.advanceTimersByTime(49);
      stream.send(`data: ${text}\n\n`);
      await turn();
    }
    vi.advanceTimersByTime(49);
    await turn();
    stream.send('data: c\n\n');
    vi.advanceTimersByTime(1);
    stream.end();
    vi.advanceTimersByTime(1000);
    vi.useRealTimers();
    const { body } = await exchange;
    expect(body.match(/^(data|:).*$/gm)).toEqual(['data: a', 'data: b', 'data: c', ': keep-alive']);
  });

  it('says once that the client went away, and drops what follows', async () => {
    const { url, next } = await serve();
    const socket = await openSocket(url);
    socket.write(GET);
    const { stream, closed, closeCount } = await next();
    stream.send('data: a\n\n');
    await once(socket, 'data');
    socket.destroy();
    await closed;
    expect(stream.open).toBe(false);
    stream.send('data: b\n\n');
    stream.end();
    expect(closeCount()).toBe(1);
  });

  it('does not call a complete stream closed', async () => {
    const { url, next } = await serve();
    const socket = await openSocket(url);
    socket.write(GET);
    const { stream, closeCount } = await next();
    stream.done();
    await readAnswer(socket);
    socket.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    expect(closeCount()).toBe(0);
  });

  it('cuts off a reader that takes nothing, at a bounded cost', async () => {
    const { url, next } = await serve({ maxBufferedBytes: 256 * 1024 });
    const socket = await openSocket(url);
    socket.pause();
    socket.write(GET);
    const { stream, closed, closeCount } = await next();
    const event = `data: ${'x'.repeat(64 * 1024)}\n\n`;
    let sent = 0;
    while (stream.open && sent < 2000) {
      stream.send(event);
      sent += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    expect(closeCount()).toBe(1);
    // 256 KiB of ours, and what the kernel takes.
    expect(sent).toBeLessThan(300);
    socket.destroy();
  });

  it('waits for a slow reader with one listener, and loses nothing', async () => {
    const warnings: Error[] = [];
    const keep = (warning: Error): void => void warnings.push(warning);
    process.on('warning', keep);
    const { url, next } = await serve({ maxBufferedBytes: 64 * 1024 * 1024 });
    const socket = await openSocket(url);
    socket.pause();
    socket.write(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    const { stream } = await next();
    // 16 MiB are more than a kernel buffers: the last hundreds of writes find a full socket.
    const event = `data: ${'x'.repeat(32 * 1024)}\n\n`;
    for (let sent = 0; sent < 512; sent += 1) {
      stream.send(event);
      await new Promise((resolve) => setImmediate(resolve));
    }
    stream.done();
    let received = '';
    for await (const chunk of socket) {
      received += (chunk as Buffer).toString('latin1');
    }
    process.removeListener('warning', keep);
    expect(warnings).toEqual([]);
    expect(received.split('data: x').length - 1).toBe(512);
    expect(received.includes('data: [DONE]')).toBe(true);
  });

  it('ends with an error event, in the form of the family', async () => {
    const { url, next } = await serve();
    const chat = fetch(`${url}/stream`);
    (await next()).stream.fail(new UnavailableError('paused: é'), 'compact');
    expect(await (await chat).text()).toBe(
      'data: {"error":{"message":"paused: é","type":"ServiceUnavailableError","param":null,"code":503}}\n\ndata: [DONE]\n\n',
    );
    const completion = fetch(`${url}/stream`);
    const { stream } = await next();
    if (server) {
      server.engineState.engineDead = true;
    }
    stream.fail(new UnavailableError('killed'), 'spaced');
    expect(await (await completion).text()).toBe(
      'data: {"error": {"message": "The server had an error while processing your request.", "type": "InternalServerError", "param": null, "code": 500}}\n\ndata: [DONE]\n\n',
    );
  });
});

describe('RequestContext.onDisconnect', () => {
  it('fires for an answer that was never given, not for one that was', async () => {
    let fired = 0;
    let arrived = (): void => undefined;
    let disconnected = (): void => undefined;
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const disconnection = new Promise<void>((resolve) => {
      disconnected = resolve;
    });
    server = await startBareServer((fastify) => {
      fastify.get('/slow', (request) => {
        contextOf(request).onDisconnect(() => {
          fired += 1;
          disconnected();
        });
        arrived();
        return new Promise(() => undefined);
      });
      fastify.get('/quick', (request) => {
        contextOf(request).onDisconnect(() => {
          fired += 1;
        });
        return 'done';
      });
    });
    const socket = await openSocket(server.url);
    socket.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await arrival;
    socket.destroy();
    await disconnection;
    await rawExchange(server.url, 'GET /quick HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(fired).toBe(1);
  });
});
