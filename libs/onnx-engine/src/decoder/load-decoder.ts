import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigurationError } from '@app/errors';
import type { OnnxRuntime } from '@app/onnx-runtime';
import { readSignature } from './decoder-signature.js';
import { kvBytesPerToken } from './kv-cache.js';
import { OnnxDecoder } from './onnx-decoder.js';
import type { KvLayout } from './onnx-decoder.js';

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
}

export interface LoadedDecoder {
  readonly decoder: OnnxDecoder;
  readonly layout: KvLayout;
  /** Sequences that fit the budget, each with its whole context. */
  readonly maxNumSeqs: number;
}

/** Opens a decoder graph and its cache. Throws `ConfigurationError` for a graph the engine cannot run or a budget below one sequence. */
export async function loadDecoder(options: LoadDecoderOptions): Promise<LoadedDecoder> {
  const { runtime, model, maxModelLen, threads } = options;
  const bytes = typeof model === 'string' ? await readFile(model) : model;
  const layout: KvLayout = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('GroupQueryAttention')
    ? 'in-place'
    : 'whole';
  const session = await runtime.createSession(bytes, {
    intraOpNumThreads: threads,
    externalDataFolder: typeof model === 'string' ? dirname(model) : undefined,
  });
  const signature = readSignature(session, options.vocabularySize);
  const bytesPerSequence = maxModelLen * kvBytesPerToken(signature.kv);
  const maxNumSeqs = Math.min(options.maxNumSeqs, Math.floor(options.kvCacheBytes / bytesPerSequence));
  if (maxNumSeqs < 1) {
    await session.release();
    throw new ConfigurationError(
      `one sequence of ${maxModelLen} tokens needs ${toMebibytes(bytesPerSequence)} MiB of KV cache, ` +
        `${toMebibytes(options.kvCacheBytes)} MiB are allowed: lower the maximum model length`,
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
