import type { EngineCoreInfo, EngineCoreStep } from '@app/engine-protocol';
import { CORE_INFO, engineRequest } from '@testing/engine-server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Answer, AnswerStep } from './answers/answer.js';
import { playAnswers } from './answers/play-answers.js';
import type { ScriptEvent } from './script-event.js';
import { ScriptedEngineCore } from './scripted-engine-core.js';
import type { Script } from './scripted-engine-core.js';
import type { UtilityAnswer } from './utilities.js';

const info: EngineCoreInfo = CORE_INFO;
const step = (...newTokenIds: number[]): AnswerStep => ({ newTokenIds });
const last = (...newTokenIds: number[]): AnswerStep => ({ newTokenIds, finishReason: 'stop' });

let core: ScriptedEngineCore;
let sent: EngineCoreStep['outputs'][number][];
let told: ScriptEvent[];

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  sent = [];
  core = new ScriptedEngineCore({ info, script: script([]), tell: (event) => told.push(event) });
  core.onOutputs(({ outputs }) => sent.push(...outputs));
});

afterEach(() => {
  vi.useRealTimers();
});

function script(answers: readonly Answer[], utilities: readonly (readonly [string, UtilityAnswer])[] = []) {
  return {
    mode: playAnswers(answers),
    stepping: 'turns',
    expectedRequests: answers.length,
    intervalMs: 10,
    utilities: new Map(utilities),
  } satisfies Script;
}

function add(...requestIds: string[]): void {
  for (const requestId of requestIds) core.add(engineRequest(requestId));
}

/** What has been said so far, as `id:tokens`. */
function said(): string[] {
  return sent.map(
    ({ requestId, newTokenIds, finishReason = '' }) => `${requestId}:${newTokenIds.join(' ')}${finishReason}`,
  );
}

describe('turns', () => {
  it('are taken step by step, in the order of arrival, one every interval', () => {
    core.play(script([{ steps: [step(1), step(2), last(3)] }, { steps: [step(7, 8), last()] }]));
    add('a');
    expect(said()).toEqual([]);
    add('b');
    expect(said()).toEqual(['a:1']);
    vi.advanceTimersByTime(9);
    expect(said()).toEqual(['a:1']);
    vi.advanceTimersByTime(1);
    expect(said()).toEqual(['a:1', 'b:7 8']);
    vi.runAllTimers();
    expect(said()).toEqual(['a:1', 'b:7 8', 'a:2', 'b:stop', 'a:3stop']);
  });

  it('begin after a while when fewer requests come than the script has', () => {
    core.play(script([{ steps: [last(1)] }, { steps: [last(2)] }]));
    add('a');
    vi.advanceTimersByTime(399);
    expect(said()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(said()).toEqual(['a:1stop']);
  });

  it('do not begin earlier for being hurried or released', () => {
    core.play(script([{ steps: [last(1)] }, { steps: [last(2)] }]));
    add('a');
    core.hurry();
    core.release();
    expect(said()).toEqual([]);
  });

  it('come early when they are hurried', () => {
    core.play(script([{ steps: [step(1), step(2), last(3)] }]));
    add('a');
    core.hurry();
    expect(said()).toEqual(['a:1', 'a:2']);
    vi.advanceTimersByTime(10);
    core.hurry();
    expect(said()).toEqual(['a:1', 'a:2', 'a:3stop']);
  });

  it('pass over an aborted request, and one that waits for its abort', () => {
    core.play(script([{ steps: [step(1), step(2)] }, { steps: [step(3)] }, { steps: [step(4), step(5), last(6)] }]));
    add('a', 'b', 'c');
    core.abort(['a', 'unknown']);
    vi.runAllTimers();
    expect(said()).toEqual(['a:1', 'b:3', 'c:4', 'c:5', 'c:6stop']);
    expect(told).toContainEqual({ type: 'abort', requestIds: ['a', 'unknown'] });
  });
});

describe('a step', () => {
  it('carries what its script says, and how the prompt was computed on the first one', () => {
    const logprobs = { rows: 1, columns: 1, tokenIds: [5], logprobs: [-0.5], ranks: [1] };
    const full: AnswerStep = {
      ...{ newTokenIds: [5], finishReason: 'stop', stopReason: 'END', logprobs, promptLogprobs: logprobs },
      kvTransferParams: { block: 1 },
    };
    core.play(script([{ steps: [{ ...step(4), cachedTokens: 2 }, full] }]));
    core.add(engineRequest('a', { promptTokenIds: [1, 2, 3], clientIndex: 1 }));
    vi.runAllTimers();
    const prefillStats = {
      ...{ numPromptTokens: 3, numComputedTokens: 1, numCachedTokens: 2, numLocalCachedTokens: 2 },
      ...{ numExternalCachedTokens: 0, numCacheCreationTokens: 0 },
    };
    expect(sent).toEqual([
      { requestId: 'a', clientIndex: 1, newTokenIds: [4], prefillStats },
      { requestId: 'a', clientIndex: 1, ...full, prefillStats: undefined },
    ]);
    expect(told).toEqual([
      { type: 'step', requestId: 'a', step: 0, finishReason: undefined },
      { type: 'step', requestId: 'a', step: 1, finishReason: 'stop' },
    ]);
  });

  it('that is held waits for the release, and those of others do not', () => {
    core.play(script([{ steps: [step(1), step(2), last(3)], heldBeforeStep: 1 }, { steps: [step(7), last(8)] }]));
    add('a', 'b');
    vi.runAllTimers();
    expect(said()).toEqual(['a:1', 'b:7', 'b:8stop']);
    core.release();
    vi.runAllTimers();
    expect(said().slice(3)).toEqual(['a:2', 'a:3stop']);
  });

  it('in whose place the engine dies is the last word', () => {
    const reasons: string[] = [];
    core.onDeath((reason) => reasons.push(reason));
    core.play(script([{ steps: [step(1), last(2)], diesBeforeStep: 1 }, { steps: [step(3), last(4)] }]));
    add('a', 'b');
    vi.runAllTimers();
    expect(said()).toEqual(['a:1', 'b:3']);
    expect(reasons).toEqual(['its script ends it before step 1 of a']);
    expect(told.at(-1)).toEqual({ type: 'died', reason: reasons[0] });
  });

  it('can be behind the last one when the engine dies there', () => {
    const died = vi.fn();
    core.onDeath(died);
    core.play(script([{ steps: [step(1)], diesBeforeStep: 1 }]));
    add('a');
    vi.runAllTimers();
    expect(died).toHaveBeenCalledOnce();
  });
});

describe('a script', () => {
  it('ends a request too many with an error', () => {
    core.play(script([{ steps: [last(1)] }]));
    add('a', 'b');
    vi.runAllTimers();
    expect(said()).toEqual(['a:1stop', 'b:error']);
  });

  it('begins anew: what runs is aborted, answers and releases count from the start', () => {
    core.play(script([{ steps: [step(1), last(2)], heldBeforeStep: 1 }]));
    add('a');
    core.release();
    core.play(script([{ steps: [step(5), last(6)], heldBeforeStep: 1 }]));
    add('b');
    vi.runAllTimers();
    expect(said()).toEqual(['a:1', 'a:abort', 'b:5']);
  });

  it('answers utility calls before the defaults do', () => {
    const failure = { failure: 'no memory' };
    core.play(script([], [['is_sleeping', { result: true }] as const, ['sleep', failure] as const]));
    expect(core.utility('is_sleeping', [])).toBe(true);
    expect(core.utility('get_supported_tasks', [])).toEqual(['generate']);
    expect(core.utility('anything_else', [1])).toBeNull();
    expect(() => core.utility('sleep', [1])).toThrow('no memory');
    expect(told.at(-1)).toEqual({ type: 'utility', method: 'sleep', args: [1] });
  });
});

describe('batch stepping', () => {
  let steps: EngineCoreStep[];

  /** The state after the step: running, waiting, prompt tokens looked up in the cache and found there. */
  const stats = () =>
    steps.map(({ schedulerStats }) => {
      const { numRunningReqs, numWaitingReqs, prefixCacheStats } = schedulerStats!;
      return [numRunningReqs, numWaitingReqs, prefixCacheStats.queries, prefixCacheStats.hits];
    });

  function begin(answers: readonly Answer[], overrides: Partial<Script> & { readonly maxNumSeqs?: number } = {}) {
    const { maxNumSeqs = 8, ...rest } = overrides;
    core = new ScriptedEngineCore({
      info: { ...info, maxNumSeqs },
      script: { ...script(answers), stepping: 'batch', expectedRequests: 0, ...rest },
      tell: (event) => told.push(event),
    });
    steps = [];
    core.onOutputs((batch) => {
      steps.push(batch);
      sent.push(...batch.outputs);
    });
  }

  it('sends one message a step for all that run; others wait for a place', () => {
    begin([{ steps: [step(1), last(2)] }, { steps: [step(3), step(4), last(5)] }, { steps: [last(6)] }], {
      maxNumSeqs: 2,
      expectedRequests: 3,
    });
    add('a', 'b', 'c');
    vi.runAllTimers();
    expect(
      steps.map(({ outputs }) => outputs.map(({ requestId, newTokenIds }) => `${requestId}${newTokenIds.join()}`)),
    ).toEqual([['a1', 'b3'], ['a2', 'b4'], ['b5', 'c6'], []]);
    expect(stats()).toEqual([
      [2, 1, 6, 0],
      [1, 1, 0, 0],
      [0, 0, 3, 0],
      [0, 0, 0, 0],
    ]);
    expect(steps.map(({ weightVersion }) => weightVersion)).toEqual(Array(4).fill('default'));
  });

  it('tells when a request was queued and scheduled, how its prompt was computed, and what the KV cache holds', () => {
    begin([{ steps: [step(1), last(2)] }, { steps: [step(1), last(2)] }], { maxNumSeqs: 1 });
    const promptTokenIds = Array.from({ length: 40 }, (_, index) => index);
    core.add(engineRequest('a', { promptTokenIds }));
    vi.advanceTimersByTime(5);
    core.add(engineRequest('b', { promptTokenIds }));
    vi.runAllTimers();
    const [first, , third] = steps.map(({ outputs }) => outputs[0]);
    expect(first.prefillStats).toMatchObject({ numPromptTokens: 40, numComputedTokens: 40, numCachedTokens: 0 });
    // Two blocks of 16 are whole; what is left of 40 is computed.
    expect(third.prefillStats).toMatchObject({ numPromptTokens: 40, numComputedTokens: 8, numCachedTokens: 32 });
    const [queued, scheduled] = third.events!;
    expect([queued.type, scheduled.type]).toEqual(['queued', 'scheduled']);
    expect((scheduled.timestamp - queued.timestamp) * 1000).toBeCloseTo(15);
    expect(stats()).toEqual([
      [1, 0, 40, 0],
      [0, 1, 0, 0],
      [1, 0, 40, 32],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(steps.map(({ schedulerStats }) => schedulerStats!.kvCacheUsage)).toEqual([3 / 64, 0, 3 / 64, 0, 0]);
  });

  it('forgets its prefixes when it is told to', () => {
    begin([{ steps: [last(1)] }, { steps: [last(1)] }]);
    const promptTokenIds = Array<number>(20).fill(7);
    core.add(engineRequest('a', { promptTokenIds }));
    vi.runAllTimers();
    expect(core.utility('reset_prefix_cache', [])).toBe(true);
    core.add(engineRequest('b', { promptTokenIds }));
    vi.runAllTimers();
    expect(steps.map(({ schedulerStats }) => schedulerStats!.prefixCacheStats)).toEqual([
      { reset: false, requests: 1, queries: 20, hits: 0 },
      { reset: false, requests: 0, queries: 0, hits: 0 },
      { reset: true, requests: 1, queries: 20, hits: 0 },
      { reset: false, requests: 0, queries: 0, hits: 0 },
    ]);
  });

  it('waits with first tokens, not with the others', () => {
    begin([{ steps: [step(1), last(2)] }], { firstTokenDelayMs: 100 });
    add('a');
    vi.advanceTimersByTime(99);
    expect(said()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(said()).toEqual(['a:1']);
    vi.advanceTimersByTime(10);
    expect(said()).toEqual(['a:1', 'a:2stop']);
  });

  it('reports rest after an abort, and takes the next one in', () => {
    begin([{ steps: [step(1), step(2)] }, { steps: [last(3)] }], { maxNumSeqs: 1 });
    add('a', 'b');
    core.abort(['a']);
    vi.runAllTimers();
    expect(said()).toEqual(['a:1', 'b:3stop']);
    expect(stats().at(-1)).toEqual([0, 0, 0, 0]);
  });

  it('says nothing of itself when statistics are off', () => {
    core = new ScriptedEngineCore({
      info,
      script: { ...script([{ steps: [last(1)] }]), stepping: 'batch' },
      logStats: false,
      tell: () => undefined,
    });
    const heard: EngineCoreStep[] = [];
    core.onOutputs((batch) => heard.push(batch));
    add('a');
    vi.runAllTimers();
    expect(heard.map(({ schedulerStats, outputs }) => [schedulerStats, outputs[0].events])).toEqual([
      [undefined, undefined],
    ]);
  });
});

describe('a main loop that stands still', () => {
  it('neither steps nor answers calls, and goes on with both', async () => {
    core.play(script([{ steps: [step(1), last(2)] }]));
    add('a');
    core.stall();
    let answered = false;
    const call = Promise.resolve(core.utility('is_sleeping', [])).then((result) => {
      answered = true;
      return result;
    });
    vi.runAllTimers();
    await Promise.resolve();
    expect([said(), answered]).toEqual([['a:1'], false]);
    core.resume();
    expect(await call).toBe(false);
    vi.runAllTimers();
    expect(said()).toEqual(['a:1', 'a:2stop']);
  });
});

it('aborts what runs when it is closed', async () => {
  core.play(script([{ steps: [step(1), last(2)] }]));
  add('a');
  await core.close();
  vi.runAllTimers();
  expect(said()).toEqual(['a:1', 'a:abort']);
});
