import { describe, expect, it } from 'vitest';
import { OverloadedError, UnavailableError } from '@app/errors';
import type { EngineHealth, SchedulerStats } from '@app/engine-protocol';
import { Admission } from './admission.js';

class Queue {
  health: EngineHealth = { state: 'running' };
  workload = { requests: 8, prefillTokens: 0, silentMs: 0 };
  private listener: (engineIndex: number, stats: SchedulerStats) => void = () => undefined;

  onSchedulerStats(listener: (engineIndex: number, stats: SchedulerStats) => void): () => void {
    this.listener = listener;
    return () => undefined;
  }

  report(engineIndex: number, numWaitingReqs: number): void {
    this.listener(engineIndex, { numWaitingReqs } as SchedulerStats);
  }
}

describe('Admission', () => {
  it('lets everything in without a limit', () => {
    const queue = new Queue();
    const admission = new Admission(queue, {});
    queue.report(0, 1_000_000);
    expect(() => admission.check()).not.toThrow();
  });

  it('refuses when the engines together have the limit waiting, and opens again', () => {
    const queue = new Queue();
    const admission = new Admission(queue, { maxQueuedRequests: 4 });
    queue.report(0, 2);
    queue.report(1, 1);
    expect(() => admission.check()).not.toThrow();
    expect(() => admission.check()).toThrow(OverloadedError);
    queue.report(0, 0);
    expect(() => admission.check()).not.toThrow();
  });

  it('does not hold on to what was said of a queue that has emptied since', () => {
    const queue = new Queue();
    const admission = new Admission(queue, { maxQueuedRequests: 1 });
    queue.report(0, 1);
    expect(admission.overload).toContain('currently busy');
    queue.workload.requests = 0;
    expect(() => admission.check()).not.toThrow();
  });

  it('refuses when so many prompt tokens wait, and asking changes nothing', () => {
    const queue = new Queue();
    const rejections: string[] = [];
    const onRejection = (reason: string) => void rejections.push(reason);
    const admission = new Admission(queue, { maxQueuedTokens: 1000, onRejection });
    queue.workload.prefillTokens = 999;
    expect([admission.overload, admission.overload]).toEqual([undefined, undefined]);
    queue.workload.prefillTokens = 1000;
    expect(() => admission.check()).toThrow(
      new OverloadedError(
        'The engine has reached its prefill token backlog limit. Please try again later or on a different instance.',
      ),
    );
    expect([admission.overload !== undefined, rejections]).toEqual([true, ['max_num_queued_tokens']]);
  });

  it('refuses for a dead engine and while draining', () => {
    const queue = new Queue();
    const admission = new Admission(queue, {});
    admission.drain();
    expect(() => admission.check()).toThrow(UnavailableError);
    const dead = new Queue();
    dead.health = { state: 'dead', reason: 'gone' };
    expect(() => new Admission(dead, {}).check()).toThrow(new UnavailableError('gone'));
    dead.health = { state: 'restarting', reason: 'killed, with paths in its last lines' };
    expect(() => new Admission(dead, {}).check()).toThrow('The engine is being restarted.');
  });
});
