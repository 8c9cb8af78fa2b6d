import { Piscina } from 'piscina';
import { Slots } from '@app/async';
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
  /** In the place of the pool's own queue, in which time runs for those who only wait. */
  private readonly slots: Slots;
  private readonly timeoutMs: number;
  private readonly maxHeapMb: number;

  constructor({ entry, timeoutMs, threads = 1, maxHeapMb = 256, maxQueued = 64 }: RenderWorkersOptions) {
    this.timeoutMs = timeoutMs;
    this.maxHeapMb = maxHeapMb;
    this.slots = new Slots({ count: threads, maxWaiting: maxQueued });
    this.pool = new Piscina({
      filename: entry,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
    // A thread that dies before it has its job, for its file is gone or memory is short: the job ends with its time, the process goes on.
    this.pool.on('error', () => undefined);
  }

  /**
   * `signal`: nobody waits for it any more; a render that has begun goes on. Rejects with `InvalidRequestError` (the template's words, or that it took too
   * much), with `OverloadedError` when too many wait or the wait is too long, with the reason of `signal`.
   */
  async render(job: ChatRenderJob, signal?: AbortSignal): Promise<EncodableText> {
    const bounded = 'template' in job ? { ...job, options: { ...job.options, deadlineMs: this.timeoutMs } } : job;
    await this.enter(signal);
    try {
      return mustText(await this.pool.run(bounded, { signal: this.tooLate() }));
    } catch (error) {
      throw this.toFault(error);
    } finally {
      this.slots.leave();
    }
  }

  /** Ends every thread. */
  close(): Promise<void> {
    return this.pool.destroy();
  }

  private async enter(signal: AbortSignal | undefined): Promise<void> {
    const tooLate = this.tooLate();
    const isIn = await this.slots
      .enter(signal ? AbortSignal.any([signal, tooLate]) : tooLate)
      .catch((error: unknown) => {
        if (signal?.aborted) throw error;
        return false;
      });
    if (!isIn) throw new OverloadedError('Too many chat templates are being rendered. Please try again later.');
  }

  private tooLate(): AbortSignal {
    return AbortSignal.timeout(2 * this.timeoutMs);
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
    return error;
  }
}
