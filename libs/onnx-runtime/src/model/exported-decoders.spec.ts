import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { loadOnnxRuntime } from '../load-onnx-runtime.js';
import type { OnnxSession } from '../onnx-runtime.js';
import { createCache, maxDifference, runDecoder } from '../testing/index.js';
import { castLogits } from './cast-logits.js';
import { prepareDecoder } from './prepare-decoder.js';
import { readModel } from './read-model.js';
import { writeModel } from './write-model.js';

const prompt = [5, 17, 3, 88, 41];

/** Graphs of torch's own exporter: see fixtures/export.py. */
describe.each([
  ['torch-sdpa', 1e-5],
  ['torch-eager', 1e-5],
  ['torch-float16', 2e-2],
])('the decoder %s', (name, tolerance) => {
  const bytes = new Uint8Array(readFileSync(new URL(`fixtures/${name}.onnx`, import.meta.url)));
  const sessions: OnnxSession[] = [];

  const open = async (model: Uint8Array): Promise<OnnxSession> => {
    const { runtime } = await loadOnnxRuntime();
    const session = await runtime.createSession(model, { intraOpNumThreads: 1 });
    sessions.push(session);
    return session;
  };

  /** Logits after the prompt and after one more token, from the model as it was exported. */
  const runUntouched = async (): Promise<Float32Array[]> => {
    const session = await open(writeModel(castLogits(readModel(bytes))));
    const first = await runDecoder(session, { tokens: [prompt], past: [0], cache: createCache(session, 1, 0) });
    const second = await runDecoder(session, { tokens: [[9]], past: [5], cache: first.cache });
    return [first.logits, second.logits];
  };

  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.release()));
  });

  it('gives the same logits with its attention fused, over a cache in place', async () => {
    const prepared = prepareDecoder(bytes, { heads: 4 });
    expect(prepared.cacheLayout).toBe('in-place');
    const session = await open(prepared.bytes);
    const cache = createCache(session, 1, 16);
    const all = prompt.map((_, place) => place);
    const first = await runDecoder(session, { tokens: [prompt], past: [0], cache, present: cache, kept: [all] });
    const second = await runDecoder(session, { tokens: [[9]], past: [5], cache, present: cache, kept: [[0]] });
    for (const [step, logits] of (await runUntouched()).entries()) {
      expect(maxDifference([first, second][step]?.logits ?? [], logits)).toBeLessThan(tolerance);
    }
  });

  it('gives the same logits when it gives its new rows only', async () => {
    const prepared = prepareDecoder(bytes, { fuse: false });
    expect(prepared.cacheLayout).toBe('new-rows');
    const session = await open(prepared.bytes);
    const empty = createCache(session, 1, 0);
    const rows = createCache(session, 1, prompt.length);
    const first = await runDecoder(session, { tokens: [prompt], past: [0], cache: empty, present: rows, kept: [[4]] });
    const next = createCache(session, 1, 1);
    const second = await runDecoder(session, { tokens: [[9]], past: [5], cache: rows, present: next, kept: [[0]] });
    const [prefill, decode] = await runUntouched();
    expect(maxDifference(first.logits, prefill?.slice(-96) ?? [])).toBeLessThan(tolerance);
    expect(maxDifference(second.logits, decode ?? [])).toBeLessThan(tolerance);
  });
});
