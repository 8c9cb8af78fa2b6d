import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DeadlineExceededError } from '@app/errors';
import { randomId, sanitizeId } from './request-id.js';

/** What a request brings besides its body. One per request, made before routing. */
export class RequestContext {
  /** UNIX seconds, with fraction. */
  readonly arrivalTime = Date.now() / 1000;
  /** Name of the key that it came with; undefined where none was needed. */
  keyName: string | undefined;
  private readonly headers: IncomingHttpHeaders;
  private abortController: AbortController | undefined;
  private deadlineController: AbortController | undefined;

  constructor(
    raw: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly engineState: { readonly engineDead: boolean },
  ) {
    this.headers = raw.headers;
  }

  /** `X-Request-Id`, made safe; undefined when absent or empty. */
  get givenRequestId(): string | undefined {
    return sanitizeId(this.header('x-request-id'));
  }

  /** Base of the answer's id: the header, else the body's `request_id`, else 16 fresh hex digits (§3.2). */
  requestId(bodyRequestId?: string): string {
    return this.givenRequestId ?? sanitizeId(bodyRequestId) ?? randomId();
  }

  /** `X-data-parallel-rank`; anything but an integer is ignored. */
  get dataParallelRank(): number | undefined {
    return integer(this.header('x-data-parallel-rank'));
  }

  /** `X-Vllm-Priority`; wins over the body's `priority`. */
  get priority(): number | undefined {
    return integer(this.header('x-vllm-priority'));
  }

  /** `X-Session-ID`, for cache-aware routing. */
  get sessionId(): string | undefined {
    return sanitizeId(this.header('x-session-id'));
  }

  /** True when a failure is due to the engine's death: see `toErrorFacts`. */
  get engineDead(): boolean {
    return this.engineState.engineDead;
  }

  /** A header of the request; repeated ones joined. */
  header(name: string): string | undefined {
    const value = this.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** Calls `listener` once if the connection closes before the answer is complete. Returns the function that takes it back. */
  onDisconnect(listener: () => void): () => void {
    const { response } = this;
    const closed = (): void => {
      if (!response.writableFinished) {
        listener();
      }
    };
    if (response.destroyed || response.socket?.destroyed) {
      queueMicrotask(closed);
      return () => undefined;
    }
    response.once('close', closed);
    return () => void response.removeListener('close', closed);
  }

  /** The request must be over in so many milliseconds, from now. */
  setDeadline(timeoutMs: number): void {
    const controller = new AbortController();
    this.deadlineController = controller;
    const timer = setTimeout(() => {
      controller.abort(
        new DeadlineExceededError(`The request was not complete after ${timeoutMs} ms, the time it was given.`),
      );
    }, timeoutMs).unref();
    this.response.once('close', () => clearTimeout(timer));
  }

  /** Aborts at the deadline, with a `DeadlineExceededError`; undefined when there is none. */
  get deadline(): AbortSignal | undefined {
    return this.deadlineController?.signal;
  }

  /** Aborts when the client goes away before the answer is complete, or at the deadline. */
  get signal(): AbortSignal {
    if (!this.abortController) {
      const controller = new AbortController();
      this.abortController = controller;
      this.onDisconnect(() => controller.abort());
    }
    const { signal } = this.abortController;
    return this.deadline ? AbortSignal.any([signal, this.deadline]) : signal;
  }

  /** True for what a request fails with because its client went away: the reason of `signal`. */
  isDisconnect(error: unknown): boolean {
    const signal = this.abortController?.signal;
    return signal?.aborted === true && signal.reason === error;
  }
}

/** Hands the request's `RequestContext` to a controller. */
export const Context = createParamDecorator((_: undefined, execution: ExecutionContext): RequestContext =>
  contextOf(execution.switchToHttp().getRequest()),
);

const contexts = new WeakMap<IncomingMessage, RequestContext>();

/** The context of a request; it exists from the first hook on. */
export function contextOf(request: Pick<FastifyRequest, 'raw'>): RequestContext {
  const context = contexts.get(request.raw);
  if (!context) {
    throw new Error('the request has no context: registerRequestContext was not called');
  }
  return context;
}

export function attachContext(request: Pick<FastifyRequest, 'raw'>, context: RequestContext): void {
  contexts.set(request.raw, context);
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*[+-]?\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}
