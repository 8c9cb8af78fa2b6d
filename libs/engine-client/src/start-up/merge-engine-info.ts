import { ConfigurationError } from '@app/errors';
import type { EngineInfo, Registration } from '@app/engine-protocol';

/**
 * What all engines together offer (engine protocol §5.1): the least context and the operator's own limit, the sum of blocks, the rest as the
 * first engine tells it; 0 where it tells nothing. Throws `ConfigurationError` when nobody knows the context length.
 */
export function mergeEngineInfo(engines: readonly Registration[], ownMaxModelLen?: number): EngineInfo {
  const [first] = engines;
  const lengths = [ownMaxModelLen, ...engines.map(({ maxModelLen }) => maxModelLen)].filter(
    (length) => length !== undefined,
  );
  if (lengths.length === 0) {
    throw new ConfigurationError(
      'the engine does not tell its context length (vLLM before 0.20); give --max-model-len',
    );
  }
  return {
    maxModelLen: Math.min(...lengths),
    numGpuBlocks: engines.reduce((sum, { numGpuBlocks = 0 }) => sum + numGpuBlocks, 0),
    blockSize: first.blockSize ?? 0,
    dtype: first.dtype,
    vllmVersion: first.vllmVersion,
    worldSize: first.worldSize ?? 1,
    dataParallelSize: Math.max(first.dataParallelSize ?? 1, engines.length),
    kvCacheSizeTokens: first.kvCacheSizeTokens,
    kvCacheMaxConcurrency: first.kvCacheMaxConcurrency,
    maxNumSeqs: first.maxNumSeqs,
    supportsLora: engines.every(({ supportsLora }) => supportsLora === true),
  };
}
