import type { Registry } from 'prom-client';
import type { Engine } from '@app/engine-protocol';
import { EngineMetrics } from '@app/metrics';
import { pythonText } from '@app/python-text';
import type { ServerConfig } from '@server/config/index';

export interface ObservedEngine {
  readonly engine: Engine;
  readonly registry: Registry;
  /** First served name. */
  readonly modelName: string;
  readonly config: Pick<ServerConfig, 'metrics' | 'lora'>;
}

/** The engine's series in the registry, fed from its scheduler for as long as it lives. Undefined when the operator wants no statistics. */
export function observeEngine({ engine, registry, modelName, config }: ObservedEngine): EngineMetrics | undefined {
  if (config.metrics.disableLogStats) return undefined;
  const { info, engineCount, startRank } = engine;
  const metrics = new EngineMetrics({
    registry,
    modelName,
    engineCount,
    startRank,
    maxModelLen: info.maxModelLen,
    customBuckets: config.metrics.customHistogramBuckets,
    maxLoras: config.lora.enableLora ? config.lora.maxLoras : undefined,
    cacheConfig: {
      block_size: String(info.blockSize),
      num_gpu_blocks: String(info.numGpuBlocks),
      kv_cache_size_tokens: pythonText(info.kvCacheSizeTokens),
      kv_cache_max_concurrency: pythonText(info.kvCacheMaxConcurrency),
    },
  });
  engine.onSchedulerStats((index, stats) => {
    metrics.cover(engine.engineCount);
    metrics.observeScheduler(index, stats);
  });
  return metrics;
}
