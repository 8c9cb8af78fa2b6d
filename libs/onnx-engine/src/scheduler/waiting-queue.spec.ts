import { describe, expect, it } from 'vitest';
import { toRequest } from '@testing/onnx-engine';
import { Generation } from './generation.js';
import { WaitingQueue } from './waiting-queue.js';
import type { SchedulingPolicy } from './waiting-queue.js';

const requests = [
  toRequest('late', [1], { priority: 1, arrivalTime: 9 }),
  toRequest('early', [1], { priority: 1, arrivalTime: 3 }),
  toRequest('urgent', [1], { priority: -2, arrivalTime: 10 }),
  toRequest('same', [1], { priority: 1, arrivalTime: 3 }),
  toRequest('last', [1], { priority: 5, arrivalTime: 0 }),
].map((request) => new Generation(request, 32, 0));

function drain(policy: SchedulingPolicy): string[] {
  const queue = new WaitingQueue(policy);
  requests.forEach((generation) => queue.push(generation));
  return requests.map(() => queue.shift()?.request.requestId ?? '');
}

describe('the waiting queue', () => {
  it.each([
    ['fcfs' as const, ['late', 'early', 'urgent', 'same', 'last']],
    ['priority' as const, ['urgent', 'early', 'same', 'late', 'last']],
  ])('serves by %s', (policy, expected) => {
    expect(drain(policy)).toEqual(expected);
  });

  it('forgets a removed request, and ignores one it does not know', () => {
    const queue = new WaitingQueue('fcfs');
    queue.push(requests[0]);
    queue.push(requests[1]);
    queue.remove(requests[0]);
    queue.remove(requests[2]);
    expect([queue.length, queue.shift(), queue.shift()]).toEqual([1, requests[1], undefined]);
  });
});
