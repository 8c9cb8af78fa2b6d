import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '@app/errors';
import { loadOnnxRuntime } from '@app/onnx-runtime';
import type { OnnxRuntime } from '@app/onnx-runtime';
import { OutputLog, toRequest } from '@testing/onnx-engine';
import { buildConcatKvDecoder, buildGqaDecoder, GraphBuilder } from '@testing/onnx-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxEngineCore } from './create-onnx-engine-core.js';
import type { OnnxEngineOptions } from './create-onnx-engine-core.js';

let directory: string;
let runtime: OnnxRuntime;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aerie-onnx-engine-'));
  await writeFile(join(directory, 'gqa.onnx'), buildGqaDecoder({ maxPositions: 256 }));
  await writeFile(join(directory, 'concat.onnx'), buildConcatKvDecoder({ maxPositions: 256 }));
  await writeFile(join(directory, 'encoder.onnx'), buildEncoder());
  await writeFile(join(directory, 'broken.onnx'), 'this is no model');
  ({ runtime } = await loadOnnxRuntime());
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** A graph without a KV cache. */
function buildEncoder(): Uint8Array {
  const graph = new GraphBuilder();
  const ids = graph.input('input_ids', 'int64', ['batch', 'sequence']);
  graph.add('Cast', [ids], {
    attributes: { to: 1n },
    output: graph.output('logits', 'float32', ['batch', 'sequence']),
  });
  return graph.finish();
}

function optionsFor(onnxFiles: readonly string[], overrides: Partial<OnnxEngineOptions> = {}): OnnxEngineOptions {
  const config = { max_position_embeddings: 256, num_attention_heads: 4 };
  const model = { name: 'tiny', directory, config, onnxFiles, vocabularySize: 96 };
  return { model, runtime, threads: 1, ...overrides };
}

describe('making an engine core', () => {
  it.each(['gqa.onnx', 'concat.onnx'])('loads %s, tells its stages and its sizes, and generates', async (file) => {
    const stages: string[] = [];
    const core = await createOnnxEngineCore(
      optionsFor([file], { maxNumSeqs: 3, onProgress: (stage) => stages.push(stage) }),
    );
    expect(stages).toEqual([
      `loading ${file} (ONNX Runtime, ${runtime.backend})`,
      'KV cache: in-place, 3 sequences of up to 256 tokens',
    ]);
    expect(core.info).toEqual({
      maxModelLen: 256,
      numGpuBlocks: 48,
      blockSize: 16,
      dtype: 'float32',
      worldSize: 1,
      dataParallelSize: 1,
      kvCacheSizeTokens: 768,
      kvCacheMaxConcurrency: 3,
      maxNumSeqs: 3,
      maxNumBatchedTokens: 64,
      supportsLora: false,
    });
    const { tokenIds } = await new OutputLog(core).run(toRequest('a', [1, 2, 3]));
    expect(tokenIds).toHaveLength(8);
    await core.close();
  });

  it('takes no more sequences than the KV memory holds', async () => {
    const bytesPerSequence = 128 * 2 * 2 * 2 * 16 * 4;
    const options = { maxModelLen: 128, kvCacheBytes: 2.5 * bytesPerSequence };
    const core = await createOnnxEngineCore(optionsFor(['gqa.onnx'], options));
    expect(core.info).toMatchObject({ maxNumSeqs: 2, maxModelLen: 128, kvCacheSizeTokens: 256 });
    await core.close();
  });

  it.each([
    ['a model without an ONNX file', [], {}, 'has no ONNX file'],
    ['a context that is longer than the model’s', ['gqa.onnx'], { maxModelLen: 257 }, 'max_model_len (257) is greater'],
    ['no sequences', ['gqa.onnx'], { maxNumSeqs: 0 }, 'maxNumSeqs must be a positive whole number, got 0'],
    ['half a token a chunk', ['gqa.onnx'], { prefillChunk: 0.5 }, 'prefillChunk must be a positive whole number'],
    [
      'a KV memory below one sequence',
      ['gqa.onnx'],
      { kvCacheBytes: 1000 },
      'set a maximum model length of at most 1 tokens',
    ],
    ['a graph without a KV cache', ['encoder.onnx'], {}, 'the model has no past_key_values inputs'],
  ])('refuses %s', async (_, files, overrides, message) => {
    const made = createOnnxEngineCore(optionsFor(files, overrides));
    await expect(made).rejects.toThrow(message);
    await expect(made).rejects.toBeInstanceOf(ConfigurationError);
  });

  it('names the file that is no model', async () => {
    await expect(createOnnxEngineCore(optionsFor(['broken.onnx']))).rejects.toThrow(/broken\.onnx/);
  });
});
