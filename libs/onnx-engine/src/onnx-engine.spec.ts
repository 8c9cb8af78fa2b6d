import type { EngineRequest } from '@app/engine-protocol';
import { loadOnnxRuntime } from '@app/onnx-runtime';
import { OutputLog, toCoreInfo, toRequest } from '@testing/onnx-engine';
import type { Answer } from '@testing/onnx-engine';
import { buildConcatKvDecoder, buildGqaDecoder } from '@testing/onnx-runtime';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { loadDecoder } from './decoder/load-decoder.js';
import type { OnnxDecoder } from './decoder/onnx-decoder.js';
import { OnnxEngineCore } from './onnx-engine-core.js';
import { argmax } from './sampler/largest-logits.js';
import type { SchedulerOptions } from './scheduler/scheduler.js';

const shape = { vocabularySize: 96, layers: 2, maxPositions: 640 };
const scheduling: SchedulerOptions = {
  maxNumSeqs: 6,
  maxModelLen: 600,
  prefillChunk: 16,
  policy: 'fcfs',
  prefixCaching: true,
};

const variants = [
  { name: 'GroupQueryAttention', layout: 'in-place', model: buildGqaDecoder(shape) },
  { name: 'a Concat cache, fused', layout: 'in-place', model: buildConcatKvDecoder(shape), heads: 4 },
  { name: 'a Concat cache, new rows only', layout: 'new-rows', model: buildConcatKvDecoder(shape), fuse: false },
  { name: 'GroupQueryAttention over the binding', layout: 'in-place', model: buildGqaDecoder(shape), binding: true },
] as const;
type Variant = (typeof variants)[number];

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function openDecoder(variant: Variant, { maxNumSeqs, maxModelLen } = scheduling): Promise<OnnxDecoder> {
  const { runtime } = await loadOnnxRuntime({ backend: 'binding' in variant ? 'node-binding' : 'auto' });
  const { decoder, layout } = await loadDecoder({
    runtime,
    model: variant.model,
    vocabularySize: shape.vocabularySize,
    maxNumSeqs,
    maxModelLen,
    kvCacheBytes: 2 ** 28,
    threads: 1,
    preparation: { heads: 'heads' in variant ? variant.heads : undefined, fuse: !('fuse' in variant) },
  });
  expect(layout).toBe(variant.layout);
  return decoder;
}

async function openEngine(
  variant: Variant,
  overrides: Partial<SchedulerOptions> = {},
): Promise<{ core: OnnxEngineCore; log: OutputLog }> {
  const options = { ...scheduling, ...overrides };
  const core = new OnnxEngineCore({
    decoder: await openDecoder(variant),
    scheduling: options,
    info: toCoreInfo(options),
  });
  closing.push(() => core.close());
  return { core, log: new OutputLog(core) };
}

function prompt(length: number, from = 1): number[] {
  return Array.from({ length }, (_, index) => (from + index * 31 + ((index * index) % 7)) % shape.vocabularySize);
}

/** Greedy tokens without a cache: the whole sequence again for every token. */
async function recompute(promptTokenIds: readonly number[], count: number): Promise<number[]> {
  const decoder = await openDecoder(variants[0]);
  const tokenIds = [...promptTokenIds];
  for (let index = 0; index < count; index += 1) {
    const rows = await decoder.prefill(0, 0, tokenIds, 'last');
    tokenIds.push(argmax(rows.row(0)));
  }
  await decoder.release();
  return tokenIds.slice(promptTokenIds.length);
}

describe.each(variants)('the engine over $name', (variant) => {
  it('gives the tokens that a full recomputation gives, however the prompt is cut', async () => {
    const expected = await recompute(prompt(50), 12);
    for (const prefillChunk of [1, 16, 64]) {
      const { log } = await openEngine(variant, { prefillChunk, prefixCaching: false });
      const { tokenIds } = await log.run(toRequest('a', prompt(50), { sampling: { maxTokens: 12 } }));
      expect(tokenIds).toEqual(expected);
    }
  });

  it('gives a batch what each request gets alone, greedy and with seeds, and the same log-probabilities', async () => {
    const requests = [3, 40, 17, 1, 64, 33, 20, 5].map((length, index) =>
      toRequest(`r${index}`, prompt(length, index), {
        sampling: { maxTokens: 10 + index * 3, temperature: index % 2, seed: index, topP: 0.9, logprobs: 2 },
      }),
    );
    const alone = await openEngine(variant, { prefixCaching: false });
    const expected: Answer[] = [];
    for (const request of requests) {
      expected.push(await alone.log.run(request));
    }
    const { core, log } = await openEngine(variant);
    requests.forEach((request) => core.add(request));
    const answers = await Promise.all(requests.map(({ requestId }) => log.answer(requestId)));
    expect(answers.map(({ tokenIds }) => tokenIds)).toEqual(expected.map(({ tokenIds }) => tokenIds));
    answers.forEach(({ outputs }, index) => {
      outputs.forEach(({ logprobs }, at) => {
        const other = expected[index].outputs[at].logprobs;
        expect(logprobs?.tokenIds).toEqual(other?.tokenIds);
        Array.from(logprobs?.logprobs ?? []).forEach((value, column) => {
          expect(value).toBeCloseTo(other?.logprobs[column] ?? NaN, 4);
        });
      });
    });
  });

  it('continues from the prefix cache as if there were none', async () => {
    const { log } = await openEngine(variant);
    const request = (id: string, length: number): EngineRequest => toRequest(id, prompt(length));
    await log.run(request('first', 60));
    const again = await log.run(request('again', 60));
    const longer = await log.run(request('longer', 70));
    expect([again, longer].map(({ outputs }) => outputs[0].prefillStats?.numCachedTokens)).toEqual([48, 48]);
    expect([again.tokenIds, longer.tokenIds]).toEqual([await recompute(prompt(60), 8), await recompute(prompt(70), 8)]);
  });
});

describe('the engine', () => {
  it('runs up to the length of the model, growing its cache on the way', async () => {
    const { core, log } = await openEngine(variants[0]);
    core.add(toRequest('beside', prompt(5), { sampling: { maxTokens: 400 } }));
    const { tokenIds, last } = await log.run(toRequest('long', prompt(20), { sampling: { maxTokens: 10_000 } }));
    expect([tokenIds.length, last.finishReason]).toEqual([580, 'length']);
    expect(tokenIds.slice(-3)).toEqual(await recompute([...prompt(20), ...tokenIds.slice(0, 577)], 3));
    expect((await log.answer('beside')).tokenIds).toHaveLength(400);
  });

  it('reports the log-probabilities of a prompt that its tokens have when generated', async () => {
    const { log } = await openEngine(variants[0]);
    const generated = await log.run(toRequest('a', prompt(4), { sampling: { logprobs: 1, maxTokens: 20 } }));
    const whole = [...prompt(4), ...generated.tokenIds];
    const { outputs } = await log.run(toRequest('b', whole, { sampling: { promptLogprobs: 1, maxTokens: 1 } }));
    const table = outputs[0].promptLogprobs;
    expect(table).toMatchObject({ rows: 23, columns: 2 });
    generated.outputs.forEach(({ logprobs }, index) => {
      const row = (3 + index) * 2;
      expect(table?.tokenIds[row]).toBe(logprobs?.tokenIds[0]);
      expect(table?.logprobs[row]).toBeCloseTo(logprobs?.logprobs[0] ?? NaN, 4);
    });
  });

  it('gives every request what it gets alone, whoever joins, leaves and is aborted', async () => {
    const arrival = fc.record({
      length: fc.integer({ min: 1, max: 45 }),
      from: fc.nat(3),
      maxTokens: fc.integer({ min: 1, max: 16 }),
      steps: fc.nat(5),
      isAborted: fc.boolean(),
    });
    const expected = new Map<string, Promise<number[]>>();
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { minLength: 2, maxLength: 12 }), async (arrivals) => {
        const { core, log } = await openEngine(variants[0], { maxNumSeqs: 3 });
        const kept: Promise<void>[] = [];
        for (const [index, { length, from, maxTokens, steps, isAborted }] of arrivals.entries()) {
          const id = `r${index}`;
          core.add(toRequest(id, prompt(length, from), { sampling: { maxTokens } }));
          const target = log.steps.length + steps;
          await log.until(() => log.steps.length >= target || log.steps.at(-1)?.schedulerStats?.numRunningReqs === 0);
          if (isAborted) {
            core.abort([id]);
          } else {
            const key = `${length} ${from}`;
            expected.set(key, expected.get(key) ?? recompute(prompt(length, from), 16));
            kept.push(
              Promise.all([log.answer(id), expected.get(key)]).then(([{ tokenIds }, tokens]) => {
                expect(tokenIds).toEqual(tokens?.slice(0, maxTokens));
              }),
            );
          }
        }
        await Promise.all(kept);
      }),
      { numRuns: 12 },
    );
  }, 30_000);

  it('closes in the middle of a run, with an answer for those who wait', async () => {
    const { core, log } = await openEngine(variants[0]);
    const deaths: string[] = [];
    core.onDeath((reason) => deaths.push(reason));
    core.add(toRequest('a', prompt(300), { sampling: { maxTokens: 200 } }));
    core.add(toRequest('b', prompt(9), { sampling: { maxTokens: 200 } }));
    await log.until(() => log.steps.length === 3);
    await core.close();
    expect([(await log.answer('a')).last.finishReason, (await log.answer('b')).last.finishReason]).toEqual([
      'abort',
      'abort',
    ]);
    expect(deaths).toEqual([]);
  });
});
