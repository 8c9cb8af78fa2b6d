import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadOnnxRuntime } from './load-onnx-runtime.js';
import { prepareDecoder } from './model/prepare-decoder.js';
import type { OnnxRuntime, OnnxSession, SessionOptions, Tensor } from './onnx-runtime.js';
import { OnnxRuntimeError, RunTerminatedError } from './onnx-runtime-error.js';
import {
  buildConcatKvDecoder,
  buildGqaDecoder,
  createCache,
  GraphBuilder,
  maxDifference,
  moveWeightsOut,
  runDecoder,
  sliceBatch,
} from './testing/index.js';

const VOCABULARY = 96;
const prompts = [
  [5, 17, 3, 88, 41],
  [60, 2],
  [11, 12, 13, 14, 15, 16, 17],
];

const floats = (dims: readonly number[], value = 0): Tensor => ({
  type: 'float32',
  dims,
  data: new Float32Array(dims.reduce((product, size) => product * size, 1)).fill(value),
});

/** x → x · w · w · …, with w the identity: slow for many rows, quick for one. */
function buildChain(links: number, size: number): Uint8Array {
  const graph = new GraphBuilder();
  const identity = Float32Array.from({ length: size * size }, (_, index) => Number(index % (size + 1) === 0));
  const weight = graph.weight('w', [size, size], identity);
  let value = graph.input('x', 'float32', ['rows', size]);
  for (let link = 0; link < links; link++) {
    value = graph.add('MatMul', [value, weight], link === links - 1 ? { output: 'y' } : {});
  }
  graph.output('y', 'float32', ['rows', size]);
  return graph.finish();
}

describe.each(['c-api', 'node-binding'] as const)('a session of the %s backend', (backend) => {
  const sessions: OnnxSession[] = [];
  let runtime: OnnxRuntime;

  const open = async (model: string | Uint8Array, options: SessionOptions = {}): Promise<OnnxSession> => {
    const session = await runtime.createSession(model, { intraOpNumThreads: 1, ...options });
    sessions.push(session);
    return session;
  };

  beforeAll(async () => {
    ({ runtime } = await loadOnnxRuntime({ backend }));
  });

  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.release()));
  });

  it('says what the model takes and gives', async () => {
    const session = await open(buildConcatKvDecoder({ layers: 1 }));
    const cache = (name: string, rows: string) => ({ name, type: 'float32', dims: ['batch_size', 2, rows, 16] });
    const ids = (name: string, columns: string) => ({ name, type: 'int64', dims: ['batch_size', columns] });
    expect({ inputs: session.inputs, outputs: session.outputs }).toEqual({
      inputs: [
        ids('attention_mask', 'total_sequence_length'),
        ids('position_ids', 'sequence_length'),
        ids('input_ids', 'sequence_length'),
        cache('past_key_values.0.key', 'past_sequence_length'),
        cache('past_key_values.0.value', 'past_sequence_length'),
      ],
      outputs: [
        { name: 'logits', type: 'float32', dims: ['batch_size', 'sequence_length', VOCABULARY] },
        cache('present.0.key', 'total_sequence_length'),
        cache('present.0.value', 'total_sequence_length'),
      ],
    });
  });

  it('decodes prompts of different lengths in one batch, over one cache written in place', async () => {
    const session = await open(buildGqaDecoder());
    const cache = createCache(session, 3, 12);
    const expected: Float32Array[] = [];
    for (const [slot, tokens] of prompts.entries()) {
      const alone = await runDecoder(session, { tokens: [tokens], past: [0], cache: createCache(session, 1, 0) });
      const next = await runDecoder(session, { tokens: [[slot]], past: [tokens.length], cache: alone.cache });
      expected.push(next.logits);
      const own = sliceBatch(cache, slot, slot + 1);
      await runDecoder(session, { tokens: [tokens], past: [0], cache: own, present: own });
    }
    const past = prompts.map(({ length }) => length);
    const { logits } = await runDecoder(session, { tokens: [[0], [1], [2]], past, cache, present: cache });
    for (const [slot, alone] of expected.entries()) {
      const row = logits.subarray(slot * VOCABULARY, (slot + 1) * VOCABULARY);
      expect(maxDifference(row, alone)).toBeLessThan(1e-5);
    }
  });

  it('prefills in chunks what it prefills at once', async () => {
    const session = await open(buildGqaDecoder());
    const tokens = Array.from({ length: 15 }, (_, index) => (index * 37) % VOCABULARY);
    const whole = createCache(session, 1, 20);
    const { logits } = await runDecoder(session, { tokens: [tokens], past: [0], cache: whole, present: whole });
    const parts = createCache(session, 1, 20);
    let last = new Float32Array(0);
    for (const [from, to] of [
      [0, 6],
      [6, 11],
      [11, 15],
    ] as const) {
      const chunk = { tokens: [tokens.slice(from, to)], past: [from], cache: parts, present: parts };
      last = (await runDecoder(session, chunk)).logits.slice(-VOCABULARY);
    }
    expect(maxDifference(last, logits.slice(-VOCABULARY))).toBeLessThan(1e-5);
    const [before, after] = [whole, parts].map((cache) => cache['past_key_values.1.key']?.data as Float32Array);
    expect(maxDifference(before ?? [], after ?? [])).toBeLessThan(1e-5);
  });

  it('writes only the memory it was given', async () => {
    const session = await open(buildChain(1, 4));
    const memory = new Float32Array(12).fill(-1);
    const data = memory.subarray(4, 8);
    await session.run({ x: floats([1, 4], 3) }, { y: { type: 'float32', dims: [1, 4], data } });
    expect([...memory]).toEqual([-1, -1, -1, -1, 3, 3, 3, 3, -1, -1, -1, -1]);
  });

  it('finds weights outside the model, from a path and from bytes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'aerie-onnx-'));
    try {
      const whole = buildGqaDecoder();
      const { model, weights } = moveWeightsOut(whole, 'model.onnx.data');
      await writeFile(join(folder, 'model.onnx'), model);
      await writeFile(join(folder, 'model.onnx.data'), weights);
      const prepared = prepareDecoder(model).bytes;
      expect([model, prepared].map(({ length }) => length < whole.length / 3)).toEqual([true, true]);
      const results: Float32Array[] = [];
      for (const session of [
        await open(whole),
        await open(join(folder, 'model.onnx')),
        await open(model, { externalDataFolder: folder }),
      ]) {
        const cache = createCache(session, 1, 0);
        results.push((await runDecoder(session, { tokens: [[1, 2]], past: [0], cache })).logits);
      }
      const session = await open(prepared, { externalDataFolder: folder });
      const cache = createCache(session, 1, 0);
      results.push((await runDecoder(session, { tokens: [[1, 2]], past: [0], cache, kept: [[0, 1]] })).logits);
      expect(results.slice(1).map((logits) => maxDifference(logits, results[0] ?? []) < 1e-5)).toEqual([
        true,
        true,
        true,
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ['a folder that is not there', '/nonexistent/model.onnx'],
    ['bytes that are no model', Uint8Array.of(1, 2, 3)],
    ['no bytes', new Uint8Array(0)],
    ['a model cut short', buildGqaDecoder().subarray(0, 5000)],
  ])('refuses %s', async (_, model) => {
    await expect(runtime.createSession(model)).rejects.toThrow(OnnxRuntimeError);
  });

  it.each([0, -1, 1.5, NaN, 1e9])('refuses %s threads', async (intraOpNumThreads) => {
    await expect(runtime.createSession(buildChain(1, 4), { intraOpNumThreads })).rejects.toThrow('intraOpNumThreads');
  });

  const good = floats([2, 4]);
  it.each([
    ['an unknown input', { x: good, z: good }, { y: good }, 'the model has no input "z"'],
    ['an unknown output', { x: good }, { z: good }, 'the model has no output "z"'],
    ['an input that is missing', {}, { y: good }, 'input "x" is missing'],
    ['no output', { x: good }, {}, 'a run needs at least one output'],
    ['another rank', { x: floats([8]) }, { y: good }, 'input "x": expected 2 dimensions, got [8]'],
    [
      'another fixed dimension',
      { x: floats([4, 2]) },
      { y: good },
      'input "x": expected dimensions [rows, 4], got [4, 2]',
    ],
    [
      'a negative dimension',
      { x: { ...good, dims: [-2, 4] } },
      { y: good },
      'expected dimensions [rows, 4], got [-2, 4]',
    ],
    ['a fraction', { x: { ...good, dims: [1.5, 4] } }, { y: good }, 'expected dimensions [rows, 4], got [1.5, 4]'],
    ['an array that is too short', { x: good }, { y: { ...good, dims: [3, 4] } }, 'need 12 elements, the array has 8'],
    ['an array that is too long', { x: { ...good, dims: [1, 4] } }, { y: good }, 'need 4 elements, the array has 8'],
    ['another type', { x: { ...good, type: 'int32' as const } }, { y: good }, 'expected type float32, got int32'],
    ['another array', { x: { ...good, data: new Int32Array(8) } }, { y: good }, 'type float32 needs a Float32Array'],
    [
      'shared memory',
      { x: { ...good, data: new Float32Array(new SharedArrayBuffer(32)) } },
      { y: good },
      'input "x": shared memory is not accepted',
    ],
  ])('refuses %s before native code sees it', async (_, inputs, outputs, message) => {
    const session = await open(buildChain(1, 4));
    await expect(session.run(inputs, outputs)).rejects.toThrow(message);
    await session.run({ x: good }, { y: floats([2, 4]) });
  });

  it('passes on what ONNX Runtime finds wrong during a run, and goes on', async () => {
    const session = await open(buildGqaDecoder({ vocabularySize: 32 }));
    const cache = createCache(session, 1, 4);
    const step = (token: number) => runDecoder(session, { tokens: [[token]], past: [0], cache, present: cache });
    await expect(step(99)).rejects.toThrow(/indices element out of data bounds/);
    expect((await step(3)).logits.some((value) => value !== 0)).toBe(true);
  });

  it('has one run at a time', async () => {
    const session = await open(buildChain(1, 4));
    const first = session.run({ x: good }, { y: floats([2, 4]) });
    await expect(session.run({ x: good }, { y: floats([2, 4]) })).rejects.toThrow('has a run in progress');
    await first;
  });

  it('rejects the run that is terminated, and only that one', async () => {
    const session = await open(buildChain(3, 8));
    session.terminate();
    const stopped = session.run({ x: floats([1, 8], 2) }, { y: floats([1, 8]) });
    session.terminate();
    await expect(stopped).rejects.toThrow(RunTerminatedError);
    const result = floats([1, 8]);
    await session.run({ x: floats([1, 8], 2) }, { y: result });
    expect(result).toEqual(floats([1, 8], 2));
  });

  it('is released once, after the run in progress', async () => {
    const session = await runtime.createSession(buildChain(20, 64));
    const result = floats([64, 64]);
    const order: string[] = [];
    const run = session.run({ x: floats([64, 64], 1) }, { y: result }).then(() => order.push('run'));
    const released = session.release().then(() => order.push('released'));
    await expect(session.run({ x: good }, { y: good })).rejects.toThrow('the session is released');
    await Promise.all([run, released, session.release()]);
    expect([order, result]).toEqual([['run', 'released'], floats([64, 64], 1)]);
  });
});

describe('the c-api backend', () => {
  it('leaves the event loop free and stops a run in the middle', async () => {
    const { runtime } = await loadOnnxRuntime({ backend: 'c-api' });
    // Tens of seconds of work if nothing stops it.
    const session = await runtime.createSession(buildChain(600, 512), { intraOpNumThreads: 1 });
    const run = session.run({ x: floats([4096, 512], 1) }, { y: floats([4096, 512]) });
    for (let tick = 0; tick < 500; tick++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    session.terminate();
    await expect(run).rejects.toThrow(RunTerminatedError);
    await session.release();
  });

  it('gives the logits of the node-binding backend', async () => {
    const logits: Float32Array[] = [];
    for (const backend of ['c-api', 'node-binding'] as const) {
      const { runtime } = await loadOnnxRuntime({ backend });
      const session = await runtime.createSession(buildGqaDecoder(), { intraOpNumThreads: 1 });
      const cache = createCache(session, 1, 8);
      const first = await runDecoder(session, { tokens: [[5, 17, 3]], past: [0], cache, present: cache });
      const second = await runDecoder(session, { tokens: [[9]], past: [3], cache, present: cache });
      logits.push(Float32Array.of(...first.logits, ...second.logits));
      await session.release();
    }
    expect(logits[0]).toEqual(logits[1]);
  });
});
