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
    supportsLora: allSay(engines.map(({ supportsLora }) => supportsLora)),
    kvEventSources: kvEventSources(engines),
  };
}

/** Undefined when nobody says no and somebody says nothing. */
function allSay(answers: readonly (boolean | undefined)[]): boolean | undefined {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function kvEventSources(engines: readonly Registration[]): EngineInfo['kvEventSources'] {
  const sources = new Map<number, Readonly<Record<string, unknown>>>();
  for (const [index, { kvEventsConfig, dataParallelRank = index }] of engines.entries()) {
    if (kvEventsConfig !== undefined) sources.set(dataParallelRank, kvEventsConfig);
  }
  return sources.size === 0 ? undefined : sources;
}
