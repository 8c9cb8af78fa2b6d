import { describe, expect, it } from 'vitest';
import type { EngineCoreStep } from '@app/engine-protocol';
import { splitStep } from './split-step.js';

const schedulerStats = {
  numRunningReqs: 1,
  numWaitingReqs: 0,
  numSkippedWaitingReqs: 0,
  stepCounter: 0,
  currentWave: 0,
  kvCacheUsage: 0,
  prefixCacheStats: { reset: false, requests: 0, queries: 0, hits: 0 },
};

function output(requestId: string, clientIndex: number) {
  return { requestId, clientIndex, newTokenIds: [1] };
}

/** Per client: the ids of its outputs, its finished ids, and whether it gets the statistics. */
function split(step: Omit<EngineCoreStep, 'timestamp'>, owners: Readonly<Record<string, number>> = {}) {
  const receivers = { engineIndex: 3, clientCount: 3, ownerOf: (requestId: string) => owners[requestId] };
  const messages = splitStep({ ...step, timestamp: 1.5, weightVersion: 'v' }, receivers);
  return Object.fromEntries(
    [...messages].map(([client, { outputs, finishedRequests, schedulerStats: stats, ...rest }]) => {
      expect(rest).toEqual({ engineIndex: 3, timestamp: 1.5, weightVersion: 'v' });
      return [client, [outputs.map(({ requestId }) => requestId), finishedRequests, stats !== undefined]];
    }),
  );
}

describe('splitStep', () => {
  it.each<[string, Parameters<typeof split>, ReturnType<typeof split>]>([
    ['nothing', [{ outputs: [] }], {}],
    ['statistics alone go to client 0', [{ outputs: [], schedulerStats }], { 0: [[], undefined, true] }],
    [
      'one message per client, in the order of the step; statistics to the first',
      [{ outputs: [output('a', 2), output('b', 0), output('c', 2)], schedulerStats }],
      { 2: [['a', 'c'], undefined, true], 0: [['b'], undefined, false] },
    ],
    [
      'finished ids follow their outputs',
      [{ outputs: [output('a', 0), output('b', 1)], finishedRequests: ['b'] }],
      { 0: [['a'], undefined, false], 1: [['b'], ['b'], false] },
    ],
    [
      'finished ids without an output follow their request',
      [{ outputs: [], finishedRequests: ['a', 'b'], schedulerStats }, { a: 1 }],
      { 1: [[], ['a'], false], 0: [[], undefined, true] },
    ],
    [
      'outputs for a client that does not exist are dropped',
      [{ outputs: [output('a', 3)], finishedRequests: ['a'] }],
      {},
    ],
  ])('%s', (_, input, expected) => {
    expect(split(...input)).toEqual(expected);
  });
});
