import type { EngineRequest } from '@app/engine-protocol';
import { OnnxEngineCore } from '../onnx-engine-core.js';
import { TokenSampler } from '../sampler/token-sampler.js';
import type { ConstraintSettings } from '../scheduler/output-constraint.js';
import type { SchedulerOptions } from '../scheduler/scheduler.js';
import { findStop } from '../scheduler/stop-rule.js';
import { OutputLog } from './output-log.js';
import { ToyDecoder, toyLogits } from './toy-decoder.js';

export interface ToyEngine {
  readonly core: OnnxEngineCore;
  readonly decoder: ToyDecoder;
  readonly log: OutputLog;
}

/** An engine core over the toy decoder: 4 slots, 64 tokens each, chunks of 8 prompt tokens, a vocabulary of 32. */
export function createToyEngine(
  overrides: Partial<SchedulerOptions> = {},
  runTimeoutMs?: number,
  constraints?: ConstraintSettings,
): ToyEngine {
  const decoder = new ToyDecoder();
  const scheduling: SchedulerOptions = {
    maxNumSeqs: 4,
    maxModelLen: 64,
    prefillChunk: 8,
    policy: 'fcfs',
    prefixCaching: true,
    ...overrides,
  };
  const core = new OnnxEngineCore({ decoder, scheduling, info: toCoreInfo(scheduling), runTimeoutMs, constraints });
  return { core, decoder, log: new OutputLog(core) };
}

export function toCoreInfo({ maxNumSeqs, maxModelLen, prefillChunk }: SchedulerOptions): OnnxEngineCore['info'] {
  return {
    maxModelLen,
    maxNumSeqs,
    maxNumBatchedTokens: prefillChunk,
    numGpuBlocks: maxNumSeqs,
    blockSize: maxModelLen,
    worldSize: 1,
    dataParallelSize: 1,
    supportsLora: false,
  };
}

/** What the toy decoder makes of a request that has the engine to itself, computed without scheduler or cache. */
export function toyAnswer({ promptTokenIds, sampling }: EngineRequest, maxModelLen = 64): number[] {
  const sampler = new TokenSampler(sampling, promptTokenIds);
  do {
    sampler.sample(toyLogits(sampler.history.tokenIds, 32));
  } while (findStop(sampler.history, sampling, maxModelLen) === undefined);
  return sampler.history.tokenIds.slice(promptTokenIds.length);
}
