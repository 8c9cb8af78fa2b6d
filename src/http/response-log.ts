import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '@app/logging';
import { LogText } from '@app/logging';

/** Of an answer. */
const SHOWN_CHARS = 2_048;

/**
 * The beginning of every answer in the log (`VLLM_DEBUG_LOG_API_SERVER_RESPONSE`, errors-auth-middleware.md §3.5). Unlike vLLM's it holds no stream
 * back: the log hears what has been sent.
 */
export class ResponseLog {
  readonly text: LogText;

  constructor(
    private readonly logger: Logger,
    secrets: readonly string[],
  ) {
    this.text = new LogText({ maxLength: SHOWN_CHARS, secrets });
  }

  /** Hears one event stream. */
  hear(route: string | undefined): StreamListener {
    return new StreamListener(this.text, (facts) => this.logger.info({ route, ...facts }, 'response body (stream)'));
  }

  /** A payload that a reply is sent with. */
  whole(route: string | undefined, payload: unknown): void {
    this.logger.info({ route, body: this.shown(payload) }, 'response body');
  }

  private shown(payload: unknown): string {
    if (typeof payload === 'string') return this.text.of(payload);
    if (Buffer.isBuffer(payload)) return '<binary data>';
    return payload instanceof Readable ? '<stream>' : '<empty>';
  }
}

export function registerResponseLog(server: FastifyInstance, log: ResponseLog): void {
  server.decorate('responseLog', log);
  server.addHook('onSend', ({ routeOptions }, _reply, payload, next) => {
    log.whole(routeOptions.url, payload);
    next(null, payload);
  });
}

/** Gathers the text of a stream's events, as far as a line shows it. */
export class StreamListener {
  private content = '';
  private events = 0;

  constructor(
    private readonly shown: LogText,
    private readonly tell: (facts: { readonly content: string; readonly events: number }) => void,
  ) {}

  /** Framed events. */
  sent(framed: string): void {
    this.events += 1;
    if (this.shown.takesMore(this.content.length)) this.content += framed;
  }

  /** Nothing follows. */
  ended(): void {
    this.tell({ content: this.shown.of(this.content), events: this.events });
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Undefined: answers are not logged. */
    responseLog?: ResponseLog;
  }
}
