import { Piscina } from 'piscina';
import { InvalidRequestError, OverloadedError } from '@app/errors';
import type { EncodableText } from '@app/tokenization';
import type { ChatRenderJob } from '../render-chat.js';
import { mustText } from './render-outcome.js';
import type { RenderOutcome } from './render-outcome.js';

export interface RenderWorkersOptions {
  /** The compiled `render.worker.js`. */
  readonly entry: string;
  /** For one render; the template's own budget ends it, a thread that still runs is ended after twice the time. */
  readonly timeoutMs: number;
  /** Renders at the same time; more wait. */
  readonly threads?: number | undefined;
  /** Of one thread. */
  readonly maxHeapMb?: number | undefined;
  /** Renders that wait before further ones are refused. */
  readonly maxQueued?: number | undefined;
}

const IDLE_MS = 10_000;

/**
 * Renders chats in worker threads: whatever a template does, the event loop goes on, and it ends with its time or its memory.
 * Threads start with the first render and go when they have nothing to do.
 */
export class RenderWorkers {
  private readonly pool: Piscina<ChatRenderJob, RenderOutcome>;
  private readonly timeoutMs: number;
  private readonly maxHeapMb: number;

  constructor({ entry, timeoutMs, threads = 1, maxHeapMb = 256, maxQueued = 64 }: RenderWorkersOptions) {
    this.timeoutMs = timeoutMs;
    this.maxHeapMb = maxHeapMb;
    this.pool = new Piscina({
      filename: entry,
      minThreads: 0,
      maxThreads: threads,
      maxQueue: maxQueued,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
  }

  /** Rejects with `InvalidRequestError` (the template's words, or that it took too much), with `OverloadedError` when too many wait. */
  async render(job: ChatRenderJob): Promise<EncodableText> {
    const bounded = 'template' in job ? { ...job, options: { ...job.options, deadlineMs: this.timeoutMs } } : job;
    const outcome = await this.pool
      .run(bounded, { signal: AbortSignal.timeout(2 * this.timeoutMs) })
      .catch((error: unknown) => {
        throw this.toFault(error);
      });
    return mustText(outcome);
  }

  /** Ends every thread. */
  close(): Promise<void> {
    return this.pool.destroy();
  }

  private toFault(error: unknown): unknown {
    if (!(error instanceof Error)) return error;
    const { code } = error as { readonly code?: unknown };
    if (error.name === 'AbortError' || error.name === 'TimeoutError') {
      return new InvalidRequestError(`The chat template takes longer than ${this.timeoutMs} ms.`, { cause: error });
    }
    if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
      return new InvalidRequestError(`The chat template needs more than ${this.maxHeapMb} MiB of memory.`, {
        cause: error,
      });
    }
    if (error.message === 'Task queue is at limit') {
      return new OverloadedError('Too many chat templates are being rendered. Please try again later.', {
        cause: error,
      });
    }
    return error;
  }
}
