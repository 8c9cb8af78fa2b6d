import { join } from 'node:path';
import { totalmem } from 'node:os';
import type { EngineCore } from '@app/engine-protocol';
import { ConfigurationError } from '@app/errors';
import { deriveMaxModelLen } from '@app/model-repository';
import type { ModelDescription } from '@app/model-repository';
import type { OnnxRuntime } from '@app/onnx-runtime';
import { loadDecoder } from './decoder/load-decoder.js';
import { OnnxEngineCore } from './onnx-engine-core.js';
import { CACHE_BLOCK } from './scheduler/slot-table.js';
import type { ConstraintSettings } from './scheduler/output-constraint.js';
import type { SchedulingPolicy } from './scheduler/waiting-queue.js';

export interface OnnxEngineOptions {
  readonly model: Pick<ModelDescription, 'name' | 'directory' | 'config' | 'onnxFiles' | 'vocabularySize'>;
  readonly runtime: OnnxRuntime;
  /** Sequences that run at the same time. Default 16; fewer when the KV memory does not hold as many. */
  readonly maxNumSeqs?: number | undefined;
  /** Prompt and output together, in tokens. Default: the model's own. */
  readonly maxModelLen?: number | undefined;
  /** Threads of the decoder. Default: ONNX Runtime's choice, the number of cores. */
  readonly threads?: number | undefined;
  /** Prompt tokens of one prefill run. Default 64: short enough to keep running streams flowing. */
  readonly prefillChunk?: number | undefined;
  /** Memory for keys and values, in bytes; taken as sequences grow. Default: half of the machine's memory. */
  readonly kvCacheBytes?: number | undefined;
  /** Default `fcfs`. */
  readonly schedulingPolicy?: SchedulingPolicy | undefined;
  /** Keep ended sequences for prompts that start alike. Default true. */
  readonly prefixCaching?: boolean | undefined;
  /** Default: outputs are not held to anything. Closed with the core. */
  readonly constraints?: ConstraintSettings | undefined;
  /** Told of each stage of loading, in a sentence. */
  readonly onProgress?: ((stage: string) => void) | undefined;
}

/** Loads a model's decoder and makes an engine core of it. Throws `ConfigurationError` when the model or the options do not allow it. */
export async function createOnnxEngineCore(options: OnnxEngineOptions): Promise<EngineCore> {
  const { model, runtime, onProgress = () => undefined, kvCacheBytes = defaultKvCacheBytes() } = options;
  const maxModelLen = mustBeCount('maxModelLen', deriveMaxModelLen(model, options.maxModelLen));
  const prefillChunk = mustBeCount('prefillChunk', options.prefillChunk ?? 64);
  const wantedSeqs = mustBeCount('maxNumSeqs', options.maxNumSeqs ?? 16);
  const file = model.onnxFiles.at(0);
  if (file === undefined) {
    throw new ConfigurationError(`model "${model.name}" has no ONNX file in ${model.directory}`);
  }
  onProgress(`loading ${file} (ONNX Runtime, ${runtime.backend})`);
  const { decoder, layout, maxNumSeqs } = await loadDecoder({
    runtime,
    model: join(model.directory, file),
    vocabularySize: model.vocabularySize,
    maxNumSeqs: wantedSeqs,
    maxModelLen,
    kvCacheBytes,
    threads: options.threads,
    preparation: {
      heads: countOf(model.config.num_attention_heads),
      // A window is part of the mask of a Concat export; the fused operator would not know of it.
      fuse: countOf(model.config.sliding_window) === undefined,
    },
  }).catch((error: unknown) => {
    throw toConfigurationError(error, join(model.directory, file));
  });
  onProgress(`KV cache: ${layout}, ${maxNumSeqs} sequences of up to ${maxModelLen} tokens`);
  const kvCacheSizeTokens = maxNumSeqs * maxModelLen;
  return new OnnxEngineCore({
    decoder,
    constraints: options.constraints,
    scheduling: {
      maxNumSeqs,
      maxModelLen,
      prefillChunk,
      policy: options.schedulingPolicy ?? 'fcfs',
      prefixCaching: options.prefixCaching ?? true,
    },
    info: {
      maxModelLen,
      numGpuBlocks: Math.floor(kvCacheSizeTokens / CACHE_BLOCK),
      blockSize: CACHE_BLOCK,
      dtype: 'float32',
      worldSize: 1,
      dataParallelSize: 1,
      kvCacheSizeTokens,
      kvCacheMaxConcurrency: maxNumSeqs,
      maxNumSeqs,
      maxNumBatchedTokens: Math.max(prefillChunk, maxNumSeqs),
      supportsLora: false,
    },
  });
}

function defaultKvCacheBytes(): number {
  // 0 when the process runs in no container with a limit.
  const allowed = process.constrainedMemory();
  return Math.min(allowed > 0 ? allowed : Infinity, totalmem()) / 2;
}

function mustBeCount(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new ConfigurationError(`${name} must be a positive whole number, got ${value}`);
  }
  return value;
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

function toConfigurationError(error: unknown, file: string): ConfigurationError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ConfigurationError(`${file} cannot be served: ${reason}`, { cause: error });
}
