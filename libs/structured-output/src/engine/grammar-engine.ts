import { InvalidRequestError, OverloadedError, UnavailableError } from '@app/errors';
import type { GrammarText } from '../checker/compile-constraint.js';
import type { MatcherReply } from './matcher-messages.js';
import type { MatcherThread, SpawnMatcherThread } from './spawn-matcher-thread.js';
import type { MatcherOptions } from './token-masks.js';
import type { TokenSet } from './utf8-guard.js';

/** Follows one output through a grammar, in another thread: masks are computed while the model runs. */
export interface GrammarFollower {
  /**
   * The tokens that may come next; undefined: none, the output is whole. Rejects with `InvalidRequestError` when the grammar takes too much time or memory, with
   * `UnavailableError` when the engine closes.
   */
  allowed(): Promise<TokenSet | undefined>;
  /** The next token; it must be one that is allowed. */
  advance(tokenId: number): void;
  /** The output is over, or nobody wants it. */
  close(): void;
}

export interface GrammarEngineOptions {
  readonly spawn: SpawnMatcherThread;
  /** To compile a grammar. Default: 10 s. */
  readonly compileTimeoutMs?: number | undefined;
  /** To find the next tokens. Default: 2 s. */
  readonly maskTimeoutMs?: number | undefined;
  /** For a grammar that was thought to be quick. Default: 1 s. */
  readonly quickTimeoutMs?: number | undefined;
  /** Threads for heavy grammars, besides the one for all others. Default: 3. */
  readonly heavyThreads?: number | undefined;
  /** Outputs that wait for such a thread before further ones are refused. Default: 64. */
  readonly maxWaiting?: number | undefined;
}

/** Times a thread may die under an output that others may have killed. */
const MOST_MOVES = 3;

/**
 * Grammars and who follows them. Quick grammars share one thread. A heavy one gets a thread for itself and its equals, so that the seconds of its compilation
 * are nobody else's; if none is free, it waits. A thread that takes too long, or dies, is replaced: who was at work is at fault, the others go on where they were.
 */
export class GrammarEngine {
  private readonly options: Required<GrammarEngineOptions>;
  private readonly lanes = new Set<Lane>();
  private readonly waiting = new Set<Following>();
  private nextId = 0;
  private isClosed = false;

  constructor(options: GrammarEngineOptions) {
    this.options = {
      compileTimeoutMs: 10_000,
      maskTimeoutMs: 2000,
      quickTimeoutMs: 1000,
      heavyThreads: 3,
      maxWaiting: 64,
      ...definedOf(options),
    };
  }

  /** Begins at once; the first `allowed()` waits for the compilation. Throws `OverloadedError` when too many wait. */
  follow(grammar: GrammarText, options: MatcherOptions): GrammarFollower {
    if (this.isClosed) throw closedError();
    const following = new Following(this.nextId++, grammar, options, (gone) => this.leave(gone));
    this.place(following);
    return following;
  }

  close(): void {
    this.isClosed = true;
    for (const lane of this.lanes) lane.end();
    this.lanes.clear();
    for (const following of this.waiting) following.fail(closedError());
    this.waiting.clear();
  }

  private place(following: Following): void {
    const lane = following.isHeavy ? this.heavyLane(following.ebnf) : this.quickLane();
    if (lane !== undefined) {
      lane.add(following);
      return;
    }
    if (this.waiting.size >= this.options.maxWaiting) {
      throw new OverloadedError('Too many large output constraints are in use. Please try again later.');
    }
    this.waiting.add(following);
  }

  private quickLane(): Lane {
    return [...this.lanes].find(({ isHeavy }) => !isHeavy) ?? this.startLane(false);
  }

  /** One that has the grammar; one that nobody uses; a new one; or none. */
  private heavyLane(ebnf: string): Lane | undefined {
    const heavy = [...this.lanes].filter(({ isHeavy }) => isHeavy);
    const known = heavy.find((lane) => lane.ebnf === ebnf);
    const free = known ?? heavy.find(({ isFree }) => isFree);
    const lane = free ?? (heavy.length < this.options.heavyThreads ? this.startLane(true) : undefined);
    if (lane !== undefined) lane.ebnf = ebnf;
    return lane;
  }

  private startLane(isHeavy: boolean): Lane {
    const { spawn, compileTimeoutMs, maskTimeoutMs, quickTimeoutMs } = this.options;
    const limits = isHeavy
      ? { open: compileTimeoutMs, advance: maskTimeoutMs }
      : { open: quickTimeoutMs, advance: quickTimeoutMs };
    const lane = new Lane({
      spawn,
      limits,
      isHeavy,
      onDeath: (culprit, others) => this.replace(lane, culprit, others),
    });
    this.lanes.add(lane);
    return lane;
  }

  private leave(following: Following): void {
    this.waiting.delete(following);
    for (const next of this.waiting) {
      const lane = this.heavyLane(next.ebnf);
      if (lane === undefined) return;
      this.waiting.delete(next);
      lane.add(next);
    }
  }

  private replace(lane: Lane, culprit: Culprit | undefined, others: readonly Following[]): void {
    this.lanes.delete(lane);
    if (this.isClosed) return;
    if (culprit !== undefined) {
      const { following, reason } = culprit;
      // What was thought to be quick gets another chance, where it disturbs nobody.
      if (following.isHeavy)
        following.fail(new InvalidRequestError(`The output constraint cannot be followed: ${reason}`));
      else following.isHeavy = true;
      if (!following.isOver) this.move(following);
    }
    for (const following of others) this.move(following);
  }

  private move(following: Following): void {
    following.moves++;
    following.enter(undefined);
    if (following.moves > MOST_MOVES) {
      following.fail(new UnavailableError('The output constraint could not be followed.'));
      return;
    }
    try {
      this.place(following);
    } catch (error) {
      following.fail(error as Error);
    }
  }
}

interface Culprit {
  readonly following: Following;
  readonly reason: string;
}

/** One output: what it has, and the answer it waits for. */
class Following implements GrammarFollower {
  readonly ebnf: string;
  readonly tokenIds: number[] = [];
  isHeavy: boolean;
  moves = 0;
  isOver = false;
  /** Why it is over. */
  private fault: Error = closedError();
  private lane: Lane | undefined;
  private answer = new Answer();

  constructor(
    readonly id: number,
    { ebnf, isHeavy }: GrammarText,
    readonly options: MatcherOptions,
    private readonly onClose: (following: Following) => void,
  ) {
    this.ebnf = ebnf;
    this.isHeavy = isHeavy;
  }

  allowed(): Promise<TokenSet | undefined> {
    return this.answer.promise;
  }

  advance(tokenId: number): void {
    this.tokenIds.push(tokenId);
    this.answer = new Answer();
    if (this.isOver) this.answer.reject(this.fault);
    else this.lane?.advance(this, tokenId);
  }

  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.lane?.remove(this);
    this.onClose(this);
  }

  enter(lane: Lane | undefined): void {
    this.lane = lane;
  }

  settle(allowed: TokenSet | undefined): void {
    this.answer.resolve(allowed);
  }

  fail(error: Error): void {
    this.fault = error;
    this.answer.reject(error);
    this.close();
  }
}

/** A promise, and how it ends. */
class Answer {
  readonly promise: Promise<TokenSet | undefined>;
  resolve: (allowed: TokenSet | undefined) => void = () => undefined;
  reject: (error: Error) => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Nobody may be waiting yet, or any more.
    this.promise.catch(() => undefined);
  }
}

interface LaneOptions {
  readonly spawn: SpawnMatcherThread;
  readonly isHeavy: boolean;
  readonly limits: { readonly open: number; readonly advance: number };
  readonly onDeath: (culprit: Culprit | undefined, others: readonly Following[]) => void;
}

/** One thread with those who use it. */
class Lane {
  readonly isHeavy: boolean;
  /** The grammar of a heavy lane. */
  ebnf: string | undefined;
  private readonly thread: MatcherThread;
  private readonly followings = new Map<number, Following>();
  /** Commands without an answer, oldest first: the thread is at work for the first one. */
  private readonly pending: { readonly id: number; readonly limitMs: number }[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isReady = false;

  constructor(private readonly options: LaneOptions) {
    this.isHeavy = options.isHeavy;
    this.thread = options.spawn({
      onReply: (reply) => this.take(reply),
      onDeath: (reason) => this.die(reason),
    });
  }

  get isFree(): boolean {
    return this.followings.size === 0 && this.pending.length === 0;
  }

  add(following: Following): void {
    const { id, ebnf, options, tokenIds } = following;
    this.followings.set(id, following);
    following.enter(this);
    this.expect(id, this.options.limits.open);
    this.thread.post({ type: 'open', id, ebnf, options, tokenIds: [...tokenIds] });
  }

  advance({ id }: Following, tokenId: number): void {
    this.expect(id, this.options.limits.advance);
    this.thread.post({ type: 'advance', id, tokenId });
  }

  remove({ id }: Following): void {
    if (this.followings.delete(id)) this.thread.post({ type: 'close', id });
  }

  end(): void {
    clearTimeout(this.timer);
    this.thread.end();
    for (const following of this.followings.values()) following.fail(closedError());
  }

  private take(reply: MatcherReply): void {
    if (reply.type === 'ready') {
      this.isReady = true;
      this.watch();
      return;
    }
    this.pending.shift();
    this.watch();
    const following = this.followings.get(reply.id);
    if (reply.type === 'allowed') following?.settle(reply.allowed);
    else following?.fail(new InvalidRequestError(`The output constraint cannot be followed: ${reply.message}`));
  }

  private expect(id: number, limitMs: number): void {
    this.pending.push({ id, limitMs });
    if (this.pending.length === 1) this.watch();
  }

  /** Time runs for the command at work. */
  private watch(): void {
    clearTimeout(this.timer);
    const current = this.pending.at(0);
    if (current === undefined) return;
    const limitMs = this.isReady ? current.limitMs : START_MS;
    this.timer = setTimeout(() => {
      this.thread.end();
      this.die(`it takes longer than ${limitMs} ms`);
    }, limitMs);
    this.timer.unref();
  }

  private die(reason: string): void {
    clearTimeout(this.timer);
    const { id } = this.pending.at(0) ?? { id: -1 };
    const following = this.followings.get(id);
    const others = [...this.followings.values()].filter((other) => other !== following);
    this.options.onDeath(following && { following, reason }, others);
  }
}

/** For a thread to read the vocabulary. */
const START_MS = 20_000;

function closedError(): UnavailableError {
  return new UnavailableError('The engine is shutting down.');
}

function definedOf<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
