import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { errorJson, toErrorFacts } from './error-body.js';
import type { ErrorJsonForm } from './error-body.js';
import { contextOf } from './request-context.js';
import type { StreamListener } from './response-log.js';
import { WriteSweep } from './write-sweep.js';

export interface EventStreamOptions {
  /** The client went away, or reads too slowly: stop producing. Called at most once, and never after `end`. */
  readonly onClose: () => void;
  /** The time of the request is over: say so, by `fail`, and stop producing. */
  readonly onDeadline: (error: unknown) => void;
  /** Bytes that may wait for a slow reader before the stream is cut; default: the server's `--max-stream-buffer`. */
  readonly maxBufferedBytes?: number | undefined;
  /** Silence is broken by comment lines, as often as the server's `--sse-keep-alive-interval` says; default: it is not. */
  readonly keepAlive?: boolean | undefined;
}

/** Readers skip it; proxies and load balancers see that the stream lives (errors-auth-middleware.md §3.10). */
const KEEP_ALIVE = ': keep-alive\n\n';
/** A reader that takes nothing for this long is gone. */
const STALLED_READER_MS = 60_000;

/**
 * Server-sent events over the raw socket. What is sent in one turn of the event loop leaves in one chunk and one write,
 * because the write is most of a token's cost. Nothing here waits: a slow reader's bytes queue up to a cap, then the connection is cut.
 */
export class EventStream {
  private queued = '';
  private state: 'open' | 'ended' | 'closed' = 'open';
  private readerLags = false;
  private readonly flush = (): void => this.writeQueued();
  /** Runs while nothing is written; Node keeps timers of one length in one list, so starting it anew costs no more than a store. */
  private readonly silence: NodeJS.Timeout | undefined;

  private constructor(
    private readonly response: ServerResponse,
    private readonly options: StreamSettings,
    private readonly engineDead: () => boolean,
    private readonly listener: StreamListener | undefined,
  ) {
    response.once('close', () => this.closed());
    const { keepAliveMs } = options;
    this.silence = keepAliveMs > 0 ? setTimeout(() => this.breakSilence(), keepAliveMs) : undefined;
  }

  /**
   * Takes the reply over, with the headers it has so far. Every check that may answer with a status comes before this.
   * Throws `DeadlineExceededError` when the time of the request is over already.
   */
  static open(reply: FastifyReply, options: EventStreamOptions): EventStream {
    const context = contextOf(reply.request);
    const { deadline } = context;
    deadline?.throwIfAborted();
    reply.hijack();
    const { raw } = reply;
    raw.socket?.cork();
    const headers: OutgoingHttpHeaders = {
      ...(reply.getHeaders() as OutgoingHttpHeaders),
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    };
    raw.writeHead(200, headers);
    raw.flushHeaders();
    queueMicrotask(() => raw.socket?.uncork());
    const { maxStreamBuffer, sseKeepAliveMs, responseLog } = reply.server;
    const settings = {
      onClose: options.onClose,
      maxBufferedBytes: options.maxBufferedBytes ?? maxStreamBuffer,
      keepAliveMs: options.keepAlive ? sseKeepAliveMs : 0,
    };
    const listener = responseLog?.hear(reply.request.routeOptions.url);
    const stream = new EventStream(raw, settings, () => context.engineDead, listener);
    deadline?.addEventListener('abort', () => stream.open && options.onDeadline(deadline.reason), { once: true });
    if (raw.destroyed || raw.socket?.destroyed) {
      queueMicrotask(() => stream.closed());
    }
    return stream;
  }

  /** False once ended or closed: what is sent then is dropped. */
  get open(): boolean {
    return this.state === 'open';
  }

  /** Queues text that is already framed (`data: …\n\n`). */
  send(framed: string): void {
    if (this.state !== 'open') {
      return;
    }
    this.queued += framed;
    this.listener?.sent(framed);
    sweep.schedule(this.flush);
  }

  /** Queues one event with this JSON. */
  sendJson(json: string): void {
    this.send(`data: ${json}\n\n`);
  }

  /** The OpenAI end marker, then the end. */
  done(): void {
    this.send('data: [DONE]\n\n');
    this.end();
  }

  /** The error event of OpenAI-style streams, the end marker, the end (errors-auth-middleware.md §1.8). */
  fail(error: unknown, form: ErrorJsonForm): void {
    this.sendJson(errorJson(toErrorFacts(error, { engineDead: this.engineDead() }), form));
    this.done();
  }

  /** Ends the answer after what is queued. */
  end(): void {
    if (this.state !== 'open') {
      return;
    }
    this.state = 'ended';
    clearTimeout(this.silence);
    this.listener?.ended();
    const { response, queued } = this;
    const { socket } = response;
    this.queued = '';
    // Corked, so that the last event and the end of the answer share a packet.
    socket?.cork();
    writeChunk(response, queued);
    response.end();
    socket?.uncork();
    socket?.setTimeout(STALLED_READER_MS);
  }

  private writeQueued(): void {
    const { response, queued } = this;
    if (this.state !== 'open' || queued === '') {
      return;
    }
    const waiting = response.writableLength + (response.socket?.writableLength ?? 0);
    if (waiting + queued.length > this.options.maxBufferedBytes) {
      // The reader is too slow: cutting the connection tells it, and ends the request through `close`. An answer behind another has no socket.
      this.queued = '';
      response.req.socket.destroy();
      return;
    }
    this.queued = '';
    this.silence?.refresh();
    if (!writeChunk(response, queued) && !this.readerLags) {
      this.waitForReader();
    }
  }

  /** A comment goes the way of events, so it is never inside one. For a reader that lags there is something on its way already. */
  private breakSilence(): void {
    if (this.readerLags) {
      this.silence?.refresh();
      return;
    }
    this.send(KEEP_ALIVE);
  }

  private waitForReader(): void {
    const { socket } = this.response;
    if (!socket) {
      return;
    }
    this.readerLags = true;
    socket.setTimeout(STALLED_READER_MS);
    socket.once('drain', () => {
      this.readerLags = false;
      socket.setTimeout(0);
    });
  }

  private closed(): void {
    const wasOpen = this.state === 'open';
    this.state = 'closed';
    this.queued = '';
    clearTimeout(this.silence);
    if (wasOpen) {
      this.listener?.ended();
      this.options.onClose();
    }
  }
}

const sweep = new WriteSweep();

declare module 'fastify' {
  interface FastifyInstance {
    /** Bytes of one stream that may wait for a slow reader. */
    maxStreamBuffer: number;
    /** Silence of a stream before a comment line, in milliseconds; 0 = any. */
    sseKeepAliveMs: number;
  }
}

interface StreamSettings {
  readonly onClose: () => void;
  readonly maxBufferedBytes: number;
  readonly keepAliveMs: number;
}

/**
 * One chunk, framed here and written to the socket itself: about a third cheaper than `response.write` (dependencies.md).
 * Through the response where that is not possible: HTTP/1.0, or an answer that waits behind another on its connection.
 * Returns false when the reader lags.
 */
function writeChunk(response: ServerResponse, text: string): boolean {
  const { socket } = response;
  if (text === '') {
    return true;
  }
  if (!socket || !response.chunkedEncoding) {
    return response.write(text);
  }
  return socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
}
