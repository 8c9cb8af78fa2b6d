import type { Generation } from './generation.js';

/** `fcfs`: first come, first served. `priority`: the lowest `priority` first, equal ones by arrival. */
export type SchedulingPolicy = 'fcfs' | 'priority';

/** Requests that have no slot yet, next one first. */
export class WaitingQueue {
  private readonly generations: Generation[] = [];

  constructor(private readonly policy: SchedulingPolicy) {}

  get length(): number {
    return this.generations.length;
  }

  push(generation: Generation): void {
    let at = this.generations.length;
    while (this.policy === 'priority' && at > 0 && comesBefore(generation, this.generations[at - 1])) {
      at -= 1;
    }
    this.generations.splice(at, 0, generation);
  }

  shift(): Generation | undefined {
    return this.generations.shift();
  }

  remove(generation: Generation): void {
    const at = this.generations.indexOf(generation);
    if (at >= 0) {
      this.generations.splice(at, 1);
    }
  }
}

function comesBefore(a: Generation, b: Generation): boolean {
  const difference = a.request.priority - b.request.priority;
  return difference < 0 || (difference === 0 && a.request.arrivalTime < b.request.arrivalTime);
}
