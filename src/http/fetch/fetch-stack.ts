import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FetchMiddleware } from './fetch-middleware.js';
import { FetchRun } from './fetch-run.js';
import { toWebRequest } from './web-request.js';
import type { ReplaceRequest } from './web-request.js';
import { applyHead, toPayload, toWebResponse } from './web-response.js';
import type { Payload } from './web-response.js';

/** The middleware that one request has gone through: it is left in the opposite order, with the answer. */
export class FetchStack {
  private readonly runs: FetchRun[] = [];
  private readonly leaving = new AbortController();

  constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
    /** What to answer when a middleware throws; sets the status. */
    private readonly answerFault: (reply: FastifyReply, error: unknown) => Payload,
  ) {
    // A streamed body brings listeners of its own, to those of the server.
    reply.raw.setMaxListeners(reply.raw.getMaxListeners() + 10);
    reply.raw.once('close', () => this.closed());
  }

  /** Resolves with undefined when the request goes on, else with the reply, which has been sent or has nobody left to read it. */
  async enter(middleware: FetchMiddleware, replace: ReplaceRequest): Promise<FastifyReply | undefined> {
    const { request, reply } = this;
    try {
      const web = toWebRequest(request, this.leaving.signal);
      if (!web) return undefined;
      const run = new FetchRun(middleware, web);
      const passedOn = await run.passedOn;
      if (!passedOn) return this.send(await run.answer);
      this.runs.push(run);
      if (passedOn !== web) await replace(request, passedOn);
    } catch (error) {
      return reply.send(this.answerFault(reply, error));
    }
    if (!reply.raw.destroyed) return undefined;
    // The client left meanwhile.
    this.closed();
    return reply.hijack();
  }

  /** What to send in the place of the payload; sets status and headers. */
  async leave(payload: Payload): Promise<Payload> {
    const { reply } = this;
    let sent = payload;
    for (const run of this.runs.toReversed()) {
      try {
        const given = toWebResponse(reply, sent);
        const response = await run.leave(given);
        applyHead(reply, response);
        if (response === given && !(sent instanceof Readable)) continue;
        reply.removeHeader('content-length');
        sent = toPayload(response);
      } catch (error) {
        sent = this.answerFault(reply, error);
      }
    }
    return sent;
  }

  private send(response: Response): FastifyReply {
    applyHead(this.reply, response);
    return this.reply.send(toPayload(response));
  }

  /** Who still waits had an event stream behind it, or a client that went away: nobody needs what it makes of that. */
  private closed(): void {
    const { reply } = this;
    if (!reply.raw.writableFinished) this.leaving.abort();
    for (const run of this.runs.filter(({ waiting }) => waiting)) {
      run.leave(toWebResponse(reply, undefined)).catch((error: unknown) => this.answerFault(reply, error));
    }
  }
}
