import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** Where an engine has a request; `over`: it has it no more. */
export type AdapterPlace = 'waiting' | 'running' | 'over';

/** Which LoRA adapters are asked for (metrics.md §2.1): one series, whose labels list those that wait and those that run. */
export class AdapterMetrics {
  private readonly gauge;
  private readonly requests = { waiting: new Adapters(), running: new Adapters() };

  /** `maxLoras`: adapters that run in one batch. */
  constructor(
    registry: Registry,
    private readonly maxLoras: number,
  ) {
    this.gauge = new Gauge({
      name: 'vllm:lora_requests_info',
      help: 'When the adapters of the labels were last asked for, in UNIX seconds.',
      labelNames: ['max_lora', 'running_lora_adapters', 'waiting_lora_adapters'],
      registers: [registry],
      aggregator: 'sum',
    });
  }

  /** A request for an adapter is in this place now. */
  place(adapter: string, requestId: string, place: AdapterPlace): void {
    const { waiting, running } = this.requests;
    waiting.delete(adapter, requestId);
    running.delete(adapter, requestId);
    if (place !== 'over') this.requests[place].add(adapter, requestId);
  }

  /** Once per engine step. The series before is gone: its labels are not true any more. */
  update(): void {
    const { waiting, running } = this.requests;
    this.gauge.reset();
    this.gauge.set(
      {
        max_lora: String(this.maxLoras),
        running_lora_adapters: running.names,
        waiting_lora_adapters: waiting.names,
      },
      Date.now() / 1000,
    );
  }
}

/** Requests by the adapter that they ask for. */
class Adapters {
  private readonly requestsByName = new Map<string, Set<string>>();

  get names(): string {
    return [...this.requestsByName.keys()].join(',');
  }

  add(name: string, requestId: string): void {
    const requests = this.requestsByName.get(name) ?? new Set();
    this.requestsByName.set(name, requests.add(requestId));
  }

  delete(name: string, requestId: string): void {
    const requests = this.requestsByName.get(name);
    if (requests?.delete(requestId) && requests.size === 0) this.requestsByName.delete(name);
  }
}
