import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { Engine } from '@app/engine-protocol';
import { jsonFloat, spacedJsonText } from './answers/json-text.js';

interface EngineSample {
  readonly waiting: number;
  /** 0…1 */
  readonly cacheUsage: number;
}

/** How busy the engines are, as a load balancer asks for it with every request (ORCA; errors-auth-middleware.md §3.8). */
@Injectable()
export class EngineLoad implements OnModuleDestroy {
  private readonly samples = new Map<number, EngineSample>();
  private readonly unsubscribe: () => void;

  constructor(@Inject(Engine) engine: Pick<Engine, 'onSchedulerStats'>) {
    this.unsubscribe = engine.onSchedulerStats((index, { numWaitingReqs, numSkippedWaitingReqs, kvCacheUsage }) => {
      this.samples.set(index, { waiting: numWaitingReqs + numSkippedWaitingReqs, cacheUsage: kvCacheUsage });
    });
  }

  onModuleDestroy(): void {
    this.unsubscribe();
  }

  /** Headers of an answer to a request whose `endpoint-load-metrics-format` is `format`: none without it, or for one that is not known. */
  headers(format: string | undefined): Readonly<Record<string, string>> {
    const metrics = this.metrics();
    switch (format?.toLowerCase()) {
      case 'text': {
        const named = Object.entries(metrics).map(([name, value]) => `named_metrics.${name}=${value.text}`);
        return { 'endpoint-load-metrics': `TEXT ${named.join(', ')}` };
      }
      case 'json':
        return { 'endpoint-load-metrics': `JSON ${spacedJsonText({ named_metrics: metrics })}` };
      default:
        return {};
    }
  }

  /** Of all engines together: what waits in any queue, and the fullest cache. */
  private metrics() {
    const samples = [...this.samples.values()];
    return {
      num_requests_waiting: jsonFloat(samples.reduce((sum, { waiting }) => sum + waiting, 0)),
      kv_cache_usage_perc: jsonFloat(Math.max(0, ...samples.map(({ cacheUsage }) => cacheUsage))),
    };
  }
}
