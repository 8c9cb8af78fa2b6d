import { Piscina } from 'piscina';
import { Slots } from '@app/async';
import { InvalidRequestError, OverloadedError } from '@app/errors';
import { DEFAULT_JSON_STYLE } from '../constraint.js';
import type { Constraint, JsonStyle } from '../constraint.js';
import { BoundedCache } from './bounded-cache.js';
import type { ConstraintJob, ConstraintOutcome, Enforcer, GrammarText } from './compile-constraint.js';

/** Tells whether an output can be held to a constraint, before anything is sent to an engine. */
export interface ConstraintChecker {
  /** Off the event loop. Rejects with `InvalidRequestError` that says why not, with `OverloadedError`, with the reason of `signal`. */
  check(constraint: Constraint, options: CheckOptions): Promise<void>;
}

export interface CheckOptions {
  readonly enforcer: Enforcer;
  /** Nobody waits for it any more. */
  readonly signal?: AbortSignal | undefined;
}

export interface ConstraintWorkersOptions {
  /** The compiled `constraint.worker.js`. */
  readonly entry: string;
  readonly style?: JsonStyle | undefined;
  /** For one constraint. Default: 10 s. */
  readonly timeoutMs?: number | undefined;
  /** Of one thread. Default: 256. */
  readonly maxHeapMb?: number | undefined;
  /** That wait before further ones are refused. Default: 64. */
  readonly maxQueued?: number | undefined;
}

const IDLE_MS = 10_000;
const CACHED = { maxEntries: 512, maxBytes: 32 * 2 ** 20 };

/**
 * Makes grammars of constraints in a worker thread, which ends with its time or its memory. The thread starts with the first constraint and goes when it has nothing
 * to do. Results are kept, refusals too.
 */
export class ConstraintWorkers implements ConstraintChecker {
  private readonly pool: Piscina<ConstraintJob, ConstraintOutcome>;
  private readonly slots: Slots;
  private readonly style: JsonStyle;
  private readonly timeoutMs: number;
  private readonly known = new BoundedCache<ConstraintOutcome>(CACHED);

  constructor({ entry, style, timeoutMs = 10_000, maxHeapMb = 256, maxQueued = 64 }: ConstraintWorkersOptions) {
    this.style = style ?? DEFAULT_JSON_STYLE;
    this.timeoutMs = timeoutMs;
    this.slots = new Slots({ count: 1, maxWaiting: maxQueued });
    this.pool = new Piscina({
      filename: entry,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb, stackSizeMb: 8 },
    });
    // A thread that dies before it has its job, for its file is gone or memory is short: the job ends with its time, the process goes on.
    this.pool.on('error', () => undefined);
  }

  async check(constraint: Constraint, { enforcer, signal }: CheckOptions): Promise<void> {
    await this.outcomeOf({ constraint, style: this.style, enforcer }, signal);
  }

  /** The grammar of a constraint. Rejects as `check` does. */
  async compile(constraint: Constraint, signal?: AbortSignal): Promise<GrammarText> {
    const grammar = await this.outcomeOf({ constraint, style: this.style, enforcer: 'embedded' }, signal);
    if (grammar === undefined) throw new Error('an embedded constraint has a grammar');
    return grammar;
  }

  /** Ends the thread. */
  close(): Promise<void> {
    return this.pool.destroy();
  }

  private async outcomeOf(job: ConstraintJob, signal: AbortSignal | undefined): Promise<GrammarText | undefined> {
    const key = JSON.stringify([job.enforcer, job.constraint]);
    const known = this.known.get(key) ?? (await this.run(job, signal));
    this.known.set(key, known, key.length + ('grammar' in known ? (known.grammar?.ebnf.length ?? 0) : 0));
    if ('fault' in known) throw new InvalidRequestError(known.fault);
    return known.grammar;
  }

  private async run(job: ConstraintJob, signal: AbortSignal | undefined): Promise<ConstraintOutcome> {
    await this.enter(signal);
    try {
      return await this.pool.run(job, { signal: AbortSignal.timeout(this.timeoutMs) });
    } catch (error) {
      return { fault: toFault(error, this.timeoutMs) };
    } finally {
      this.slots.leave();
    }
  }

  private async enter(signal: AbortSignal | undefined): Promise<void> {
    const tooLate = AbortSignal.timeout(2 * this.timeoutMs);
    const isIn = await this.slots
      .enter(signal ? AbortSignal.any([signal, tooLate]) : tooLate)
      .catch((error: unknown) => {
        if (signal?.aborted) throw error;
        return false;
      });
    if (!isIn) throw new OverloadedError('Too many output constraints are being checked. Please try again later.');
  }
}

/** Why a thread gave no answer. Rethrows what is no fault of the constraint. */
function toFault(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) throw error;
  const { code } = error as { readonly code?: unknown };
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return `The output constraint takes longer than ${timeoutMs} ms to check.`;
  }
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'The output constraint needs too much memory to check.';
  if (error instanceof RangeError) return 'The output constraint is nested too deeply.';
  throw error;
}
