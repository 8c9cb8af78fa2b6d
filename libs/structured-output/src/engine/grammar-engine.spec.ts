import { InvalidRequestError, OverloadedError, UnavailableError } from '@app/errors';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GrammarEngine } from './grammar-engine.js';
import type { GrammarFollower } from './grammar-engine.js';
import type { MatcherCommand } from './matcher-messages.js';
import type { MatcherThreadListener } from './spawn-matcher-thread.js';

const ENDS = { eosTokenId: 9, stopTokenIds: [], specialTokens: false };

/** A thread that answers when the test says so. */
class FakeThread {
  readonly commands: MatcherCommand[] = [];
  hasEnded = false;

  constructor(readonly listener: MatcherThreadListener) {}

  post(command: MatcherCommand): void {
    if (this.commands.length === 0) this.listener.onReply({ type: 'ready' });
    this.commands.push(command);
  }

  end(): void {
    this.hasEnded = true;
  }

  answer(id: number, allowed = Int32Array.of(id)): void {
    this.listener.onReply({ type: 'allowed', id, allowed });
  }
}

let threads: FakeThread[];
let engine: GrammarEngine;

beforeEach(() => {
  vi.useFakeTimers();
  threads = [];
  engine = new GrammarEngine({
    heavyThreads: 2,
    maxWaiting: 1,
    spawn: (listener) => {
      const thread = new FakeThread(listener);
      threads.push(thread);
      return thread;
    },
  });
});

afterEach(() => {
  engine.close();
  vi.useRealTimers();
});

function follow(ebnf: string, isHeavy = false): GrammarFollower {
  return engine.follow({ ebnf, isHeavy }, ENDS);
}

/** Past the deadline of one command of a heavy grammar. */
async function tooLong(): Promise<void> {
  await vi.advanceTimersByTimeAsync(11_000);
}

describe('the grammar engine', () => {
  it('follows quick grammars in one thread, an answer per token', async () => {
    const [first, second] = [follow('a'), follow('b')];
    expect(threads).toHaveLength(1);
    threads[0].answer(0);
    threads[0].answer(1);
    expect([await first.allowed(), await second.allowed()]).toEqual([Int32Array.of(0), Int32Array.of(1)]);
    first.advance(5);
    threads[0].answer(0, Int32Array.of(7));
    expect(await first.allowed()).toEqual(Int32Array.of(7));
    first.close();
    expect(threads[0].commands).toEqual([
      { type: 'open', id: 0, ebnf: 'a', options: ENDS, tokenIds: [] },
      { type: 'open', id: 1, ebnf: 'b', options: ENDS, tokenIds: [] },
      { type: 'advance', id: 0, tokenId: 5 },
      { type: 'close', id: 0 },
    ]);
  });

  it('goes on in a new thread with the tokens so far when a thread dies', async () => {
    const follower = follow('a');
    threads[0].answer(0);
    follower.advance(3);
    threads[0].answer(0);
    threads[0].listener.onDeath('it broke');
    expect(threads[1].commands).toEqual([{ type: 'open', id: 0, ebnf: 'a', options: ENDS, tokenIds: [3] }]);
    threads[1].answer(0, Int32Array.of(1));
    follower.advance(4);
    threads[1].answer(0, Int32Array.of(2));
    expect(await follower.allowed()).toEqual(Int32Array.of(2));
  });

  it('ends a thread that takes too long; only the output at work is moved out of the way, and refused when it does so again', async () => {
    const [slow, other] = [follow('slow'), follow('other')];
    await vi.advanceTimersByTimeAsync(1100);
    expect(threads[0].hasEnded).toBe(true);
    const [heavy, quick] = threads.slice(1);
    expect(heavy.commands).toMatchObject([{ type: 'open', ebnf: 'slow' }]);
    expect(quick.commands).toMatchObject([{ type: 'open', ebnf: 'other' }]);
    quick.answer(1);
    expect(await other.allowed()).toEqual(Int32Array.of(1));
    const refused = expect(slow.allowed()).rejects.toThrow(InvalidRequestError);
    await tooLong();
    await refused;
    expect(heavy.hasEnded).toBe(true);
  });

  it('gives a heavy grammar a thread for itself and its equals; what finds none waits, and more than that is refused', () => {
    const equals = [follow('a', true), follow('a', true)];
    follow('b', true);
    const opened = (): string[][] =>
      threads.map(({ commands }) => commands.flatMap((command) => (command.type === 'open' ? [command.ebnf] : [])));
    expect(opened()).toEqual([['a', 'a'], ['b']]);
    follow('c', true);
    expect(() => follow('d', true)).toThrow(OverloadedError);
    threads[0].answer(0);
    threads[0].answer(1);
    equals[0].close();
    expect(opened()).toEqual([['a', 'a'], ['b']]);
    equals[1].close();
    expect(opened()).toEqual([['a', 'a', 'c'], ['b']]);
  });

  it('gives up an output under which threads die again and again', async () => {
    const follower = follow('a');
    threads[0].answer(0);
    for (let death = 0; death < 3; death++) {
      threads[death].listener.onDeath('it broke');
      threads[death + 1].answer(0);
    }
    follower.advance(5);
    threads[3].answer(0);
    threads[3].listener.onDeath('it broke');
    expect(threads).toHaveLength(4);
    follower.advance(6);
    await expect(follower.allowed()).rejects.toThrow(UnavailableError);
  });

  it('tells followers when it closes, and takes no more', async () => {
    const follower = follow('a');
    engine.close();
    await expect(follower.allowed()).rejects.toThrow(UnavailableError);
    expect(() => follow('b')).toThrow(UnavailableError);
    expect(threads.every(({ hasEnded }) => hasEnded)).toBe(true);
  });
});
