import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigurationError } from '@app/errors';
import { prepareDecoder } from '@app/onnx-runtime';
import type { CacheLayout, OnnxRuntime, OnnxSession, PrepareDecoderOptions } from '@app/onnx-runtime';
import { readSignature } from './decoder-signature.js';
import { kvBytesPerToken } from './kv-cache.js';
import { OnnxDecoder } from './onnx-decoder.js';

export interface LoadDecoderOptions {
  readonly runtime: OnnxRuntime;
  /** Path of the ONNX file, or its bytes. */
  readonly model: string | Uint8Array;
  /** Used when the graph does not state the size of its logits. */
  readonly vocabularySize: number;
  /** Most sequences at a time; fewer when the budget does not hold as many. */
  readonly maxNumSeqs: number;
  /** Tokens of a sequence. */
  readonly maxModelLen: number;
  /** Memory for keys and values, in bytes. */
  readonly kvCacheBytes: number;
  readonly threads?: number | undefined;
  /** What the graph's preparation has to know about the model. */
  readonly preparation?: PrepareDecoderOptions | undefined;
}

export interface LoadedDecoder {
  readonly decoder: OnnxDecoder;
  readonly layout: CacheLayout;
  /** Sequences that fit the budget, each with its whole context. */
  readonly maxNumSeqs: number;
}

/** Opens a decoder graph and its cache. Throws `ConfigurationError` for a graph the engine cannot run or a budget below one sequence. */
export async function loadDecoder(options: LoadDecoderOptions): Promise<LoadedDecoder> {
  const { runtime, model, threads } = options;
  const { bytes, cacheLayout } = prepareDecoder(
    typeof model === 'string' ? await readFile(model) : model,
    options.preparation,
  );
  const session = await runtime.createSession(bytes, {
    intraOpNumThreads: threads,
    externalDataFolder: typeof model === 'string' ? dirname(model) : undefined,
  });
  try {
    return fitCache(session, cacheLayout, options);
  } catch (error) {
    await session.release();
    throw error;
  }
}

function fitCache(session: OnnxSession, layout: CacheLayout, options: LoadDecoderOptions): LoadedDecoder {
  const { maxModelLen, kvCacheBytes } = options;
  const signature = readSignature(session, options.vocabularySize);
  if (layout !== 'in-place' && !signature.wantsPositionIds) {
    throw new ConfigurationError(
      'the model has neither GroupQueryAttention nor position_ids: sequences cannot be batched',
    );
  }
  const bytesPerToken = kvBytesPerToken(signature.kv);
  const maxNumSeqs = Math.min(options.maxNumSeqs, Math.floor(kvCacheBytes / (maxModelLen * bytesPerToken)));
  if (maxNumSeqs < 1) {
    throw new ConfigurationError(
      `one sequence of ${maxModelLen} tokens needs ${toMebibytes(maxModelLen * bytesPerToken)} MiB of KV cache, ` +
        `${toMebibytes(kvCacheBytes)} MiB are allowed: set a maximum model length of at most ` +
        `${Math.floor(kvCacheBytes / bytesPerToken)} tokens`,
    );
  }
  const limits = { slots: maxNumSeqs, length: maxModelLen, initialLength: INITIAL_LENGTH };
  return { decoder: new OnnxDecoder(session, signature, { layout, limits }), layout, maxNumSeqs };
}

/** Tokens for which a slot first gets memory. */
const INITIAL_LENGTH = 256;

function toMebibytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
