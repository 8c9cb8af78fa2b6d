import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OnnxRuntime } from '@app/onnx-runtime';
import { loadOnnxRuntime } from '@app/onnx-runtime';
import { OutputLog, toRequest } from '@testing/onnx-engine';
import { buildConcatKvDecoder, buildGqaDecoder } from '@testing/onnx-runtime';
import { loadDecoder } from './decoder/load-decoder.js';
import { OnnxEngineCore } from './onnx-engine-core.js';

const vocabularySize = 96;
const maxModelLen = 200;
let runtime: OnnxRuntime;
const cores: OnnxEngineCore[] = [];

beforeAll(async () => {
  ({ runtime } = await loadOnnxRuntime());
});

afterAll(async () => {
  await Promise.all(cores.map((core) => core.close()));
});

describe('smoke', () => {
  it('generates', async () => {
    for (const bytes of [buildGqaDecoder(), buildConcatKvDecoder()]) {
      const { decoder } = await loadDecoder({
        runtime,
        model: bytes,
        vocabularySize,
        maxNumSeqs: 4,
        maxModelLen,
        kvCacheBytes: 2 ** 28,
        threads: 1,
      });
      const core = new OnnxEngineCore({
        decoder,
        scheduling: { maxNumSeqs: 4, maxModelLen, prefillChunk: 8, policy: 'fcfs', prefixCaching: true },
        info: { maxModelLen } as never,
      });
      cores.push(core);
      const log = new OutputLog(core);
      const answer = await log.run(toRequest('a', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]));
      console.log(answer.tokenIds, answer.last);
      expect(answer.tokenIds.length).toBe(8);
    }
  });
});
