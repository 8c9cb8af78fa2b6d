import type { EngineCoreInfo, EngineCoreStep } from '@app/engine-protocol';
import { CORE_INFO, engineRequest } from '@testing/engine-server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Answer, AnswerStep } from './answers/answer.js';
import { playAnswers } from './answers/play-answers.js';
import type { EngineEvent } from './engine-event.js';
import { ScriptedEngineCore } from './scripted-engine-core.js';
import type { UtilityAnswer } from './utilities.js';

const info: EngineCoreInfo = CORE_INFO;
const step = (...newTokenIds: number[]): AnswerStep => ({ newTokenIds });
const last = (...newTokenIds: number[]): AnswerStep => ({ newTokenIds, finishReason: 'stop' });

let core: ScriptedEngineCore;
let sent: EngineCoreStep['outputs'][number][];
let told: EngineEvent[];

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  sent = [];
  core = new ScriptedEngineCore(info, script([]), (event) => told.push(event));
  core.onOutputs(({ outputs }) => sent.push(...outputs));
});

afterEach(() => {
  vi.useRealTimers();
});

function script(answers: readonly Answer[], utilities: readonly (readonly [string, UtilityAnswer])[] = []) {
  return {
    mode: playAnswers(answers),
    expectedRequests: answers.length,
    intervalMs: 10,
    utilities: new Map(utilities),
  };
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

it('aborts what runs when it is closed', async () => {
  core.play(script([{ steps: [step(1), last(2)] }]));
  add('a');
  await core.close();
  vi.runAllTimers();
  expect(said()).toEqual(['a:1', 'a:abort']);
});
