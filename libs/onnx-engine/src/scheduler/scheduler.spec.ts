import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createToyEngine, toRequest, toyAnswer } from '@testing/onnx-engine';
import type { ToyRun } from '@testing/onnx-engine';

function tokens(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, index) => (from + index * 7) % 32);
}

/** `P2@8+3`: a chunk of 3 tokens for slot 2, which holds 8; `D3,5`: a decode of two slots that hold 3 and 5. */
function describeRun(run: ToyRun): string {
  return run.kind === 'prefill' ? `P${run.slot}@${run.past}+${run.tokenIds.length}` : `D${run.pasts.join(',')}`;
}

describe('the scheduler', () => {
  it('gives one request what the decoder makes of it', async () => {
    const { log } = createToyEngine();
    const request = toRequest('a', tokens(3), { clientIndex: 2, traceHeaders: { traceparent: 'x' } });
    const { tokenIds, outputs } = await log.run(request);
    expect(tokenIds).toEqual(toyAnswer(request));
    const time = expect.any(Number) as number;
    expect(outputs[0]).toEqual({
      requestId: 'a',
      clientIndex: 2,
      newTokenIds: tokenIds.slice(0, 1),
      events: [
        { type: 'queued', timestamp: time },
        { type: 'scheduled', timestamp: time },
      ],
      prefillStats: {
        numPromptTokens: 3,
        numComputedTokens: 3,
        numCachedTokens: 0,
        numLocalCachedTokens: 0,
        numExternalCachedTokens: 0,
        numCacheCreationTokens: 0,
      },
      traceHeaders: { traceparent: 'x' },
    });
    expect(outputs[7]).toEqual({
      requestId: 'a',
      clientIndex: 2,
      newTokenIds: tokenIds.slice(7),
      finishReason: 'length',
      traceHeaders: { traceparent: 'x' },
    });
  });

  it('keeps its clock: queued, scheduled, first step, later steps', async () => {
    const { log } = createToyEngine();
    const { outputs } = await log.run(toRequest('a', tokens(3)));
    const times = [...(outputs[0].events ?? []), ...log.steps].map(({ timestamp }) => timestamp);
    expect(times[0]).toBeGreaterThan(0);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('cuts long prompts into chunks and lets running requests go on in between', async () => {
    const { core, decoder, log } = createToyEngine();
    core.add(toRequest('short', tokens(2), { sampling: { maxTokens: 6 } }));
    core.add(toRequest('long', tokens(20, 5), { sampling: { maxTokens: 3 } }));
    await Promise.all([log.answer('short'), log.answer('long')]);
    expect(decoder.runs.map(describeRun)).toEqual([
      'P0@0+2',
      'D2',
      'P1@0+8',
      'D3',
      'P1@8+8',
      'D4',
      'P1@16+4',
      'D5,20',
      'D6,21',
    ]);
  });

  it('fills the gap of a request that ends with the last slot', async () => {
    const { core, decoder, log } = createToyEngine();
    const requests = [2, 9, 4].map((maxTokens, index) =>
      toRequest(`r${index}`, tokens(2, index), { sampling: { maxTokens } }),
    );
    requests.forEach((request) => core.add(request));
    const answers = await Promise.all(requests.map(({ requestId }) => log.answer(requestId)));
    expect(answers.map(({ tokenIds }) => tokenIds)).toEqual(requests.map((request) => toyAnswer(request)));
    expect(decoder.runs.at(-1)).toMatchObject({ kind: 'decode', pasts: [9] });
  });

  it('makes requests wait for a slot, and counts them', async () => {
    const { core, log } = createToyEngine({ maxNumSeqs: 2, maxModelLen: 10 });
    ['a', 'b', 'c'].forEach((id) => core.add(toRequest(id, tokens(4), { sampling: { maxTokens: 3 } })));
    await log.answer('c');
    const stats = log.steps.map(({ schedulerStats }) => [
      schedulerStats?.numRunningReqs,
      schedulerStats?.numWaitingReqs,
      schedulerStats?.kvCacheUsage,
    ]);
    expect(stats).toEqual([
      [1, 2, 4 / 20],
      [2, 1, 5 / 20],
      [2, 1, 9 / 20],
      [1, 1, 5 / 20],
      [2, 0, 9 / 20],
      [1, 0, 5 / 20],
      [0, 0, 0],
    ]);
    expect(log.steps.every(({ weightVersion }) => weightVersion === 'default')).toBe(true);
  });

  it('serves by priority when told to', async () => {
    const { core, decoder, log } = createToyEngine({ maxNumSeqs: 1, policy: 'priority', prefixCaching: false });
    core.add(toRequest('low', [1], { priority: 3, sampling: { maxTokens: 1 } }));
    core.add(toRequest('high', [2], { priority: -3, sampling: { maxTokens: 1 } }));
    await Promise.all([log.answer('low'), log.answer('high')]);
    expect(decoder.runs.map(({ tokenIds }) => tokenIds)).toEqual([[2], [1]]);
  });

  it('ends a request at the length of the model', async () => {
    const { log } = createToyEngine({ maxModelLen: 12 });
    const { tokenIds, last } = await log.run(toRequest('a', tokens(11), { sampling: { maxTokens: 50 } }));
    expect([tokenIds.length, last.finishReason]).toEqual([1, 'length']);
    const other = await log.run(toRequest('b', tokens(5), { sampling: { maxTokens: 50 } }));
    expect([other.tokenIds.length, other.last.finishReason]).toEqual([7, 'length']);
  });

  it('reports the log-probabilities of a prompt once, complete, however it is cut', async () => {
    const { log } = createToyEngine();
    const request = toRequest('a', tokens(20), { sampling: { promptLogprobs: 2, logprobs: 0, maxTokens: 2 } });
    const { outputs } = await log.run(request);
    const table = outputs[0].promptLogprobs;
    expect(table).toMatchObject({ rows: 19, columns: 3 });
    expect(Array.from({ length: 19 }, (_, row) => table?.tokenIds[row * 3])).toEqual(tokens(20).slice(1));
    expect(outputs[1].promptLogprobs).toBeUndefined();
    const whole = await createToyEngine({ prefillChunk: 64 }).log.run(request);
    expect(whole.outputs[0].promptLogprobs).toEqual(table);
    expect(outputs[0].logprobs).toMatchObject({ rows: 1, columns: 1, ranks: Int32Array.of(1) });
  });

  it('gives every request what it would get alone, whoever else comes, goes and is aborted', async () => {
    const prompt = fc.oneof(
      fc.array(fc.nat(31), { minLength: 1, maxLength: 24 }),
      // Prompts that begin alike, for the prefix cache.
      fc.integer({ min: 1, max: 40 }).map((length) => tokens(length)),
    );
    const arrival = fc.record({
      prompt,
      maxTokens: fc.integer({ min: 1, max: 20 }),
      temperature: fc.constantFrom(0, 1),
      seed: fc.nat(5),
      salt: fc.constantFrom(undefined, 's'),
      /** Steps of the engine between the previous arrival and this one. */
      pause: fc.nat(6),
      /** Aborted after so many outputs; 0 = never. */
      abortAfter: fc.constantFrom(0, 0, 0, 1, 4),
    });
    const shape = fc.record({
      maxNumSeqs: fc.integer({ min: 1, max: 5 }),
      prefillChunk: fc.integer({ min: 1, max: 16 }),
      prefixCaching: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 14 }), shape, async (arrivals, overrides) => {
        const { core, log } = createToyEngine(overrides);
        const ended: Promise<unknown>[] = [];
        for (const [index, { prompt: promptTokenIds, salt, pause, abortAfter, ...sampling }] of arrivals.entries()) {
          const id = `r${index}`;
          const request = toRequest(id, promptTokenIds, { sampling, cacheSalt: salt });
          const expected = toyAnswer(request);
          core.add(request);
          const isDone = (): boolean => log.outputsOf(id).at(-1)?.finishReason !== undefined;
          if (abortAfter > 0) {
            const heard = log.until(() => log.outputsOf(id).length >= abortAfter || isDone());
            ended.push(
              heard.then(() => {
                core.abort([id]);
                const heardTokens = log.outputsOf(id).flatMap(({ newTokenIds }) => newTokenIds);
                expect(heardTokens).toEqual(expected.slice(0, heardTokens.length));
              }),
            );
          } else {
            ended.push(log.answer(id).then(({ tokenIds }) => expect(tokenIds).toEqual(expected)));
          }
          const target = log.steps.length + pause;
          const isIdle = (): boolean => log.steps.at(-1)?.schedulerStats?.numRunningReqs === 0;
          await log.until(() => log.steps.length >= target || isIdle());
        }
        await Promise.all(ended);
        await core.close();
      }),
      { numRuns: 60 },
    );
  }, 30_000);
});
