import type { Registry } from 'prom-client';
import type { Engine } from '@app/engine-protocol';
import { EngineMetrics } from '@app/metrics';
import { pythonText } from '@app/python-text';

/** The engine's series in the registry, fed from its scheduler for as long as it lives. */
export function observeEngine(engine: Engine, registry: Registry, modelName: string): EngineMetrics {
  const { info, engineCount } = engine;
  const metrics = new EngineMetrics({
    registry,
    modelName,
    engineCount,
    maxModelLen: info.maxModelLen,
    cacheConfig: {
      block_size: String(info.blockSize),
      num_gpu_blocks: String(info.numGpuBlocks),
      kv_cache_size_tokens: pythonText(info.kvCacheSizeTokens),
      kv_cache_max_concurrency: pythonText(info.kvCacheMaxConcurrency),
    },
  });
  engine.onSchedulerStats((engineIndex, stats) => {
    metrics.cover(engine.engineCount);
    metrics.observeScheduler(engineIndex, stats);
  });
  return metrics;
}
