import type { EngineRequest } from '@app/engine-protocol';
import { describe, expect, it } from 'vitest';
import { createToyEngine, toRequest, toyAnswer } from '@testing/onnx-engine';
import type { ToyEngine } from '@testing/onnx-engine';

/** Resolves when the engine rests: no run is due. */
async function atRest({ core, log }: ToyEngine): Promise<void> {
  await log.run(toRequest(`probe ${log.steps.length}`, [0], { sampling: { maxTokens: 1 } }));
  expect(core.utility('is_scheduler_paused', [])).toBe(false);
}

const endless = { sampling: { maxTokens: 60 } };

describe('a refused request', () => {
  it('is answered by an error and leaves the others alone', async () => {
    const { core, log } = createToyEngine();
    core.add(toRequest('bad', [], { clientIndex: 3 }));
    const good = toRequest('good', [1, 2]);
    expect((await log.run(good)).tokenIds).toEqual(toyAnswer(good));
    expect(log.steps[0]).toEqual({
      outputs: [
        {
          requestId: 'bad',
          clientIndex: 3,
          newTokenIds: [],
          finishReason: 'error',
          error: { code: 'validation_error', message: 'The prompt is empty.', retryable: false },
        },
      ],
      timestamp: expect.any(Number) as number,
      finishedRequests: ['bad'],
    });
  });

  it.each([
    ['no parameters', { sampling: undefined }],
    ['no prompt', { promptTokenIds: undefined }],
    ['lists that are numbers', { sampling: { stopTokenIds: 5 } }],
    ['a prompt of strings', { promptTokenIds: ['a'] }],
  ])('may have %s', async (_, broken) => {
    const { log } = createToyEngine();
    const { last } = await log.run({ ...toRequest('bad', [1]), ...broken } as unknown as EngineRequest);
    expect(last.error?.code).toBe('validation_error');
  });

  it('may have the id of a running one, which goes on', async () => {
    const { core, log } = createToyEngine();
    const request = toRequest('twice', [1, 2]);
    core.add(request);
    core.add(request);
    await log.until(() => log.outputsOf('twice').some(({ finishReason }) => finishReason === 'length'));
    const outputs = log.outputsOf('twice');
    expect(outputs.filter(({ finishReason }) => finishReason === 'error')).toHaveLength(1);
    expect(outputs.flatMap(({ newTokenIds }) => newTokenIds)).toEqual(toyAnswer(request));
  });
});

describe('an abort', () => {
  it('is silent, frees the slot at once and lets the next request in', async () => {
    const engine = createToyEngine({ maxNumSeqs: 1 });
    const { core, log } = engine;
    core.add(toRequest('first', [1], endless));
    core.add(toRequest('second', [2], endless));
    const third = toRequest('third', [3]);
    await log.until(() => log.outputsOf('first').length === 3);
    core.abort(['second', 'first', 'unknown']);
    expect((await log.run(third)).tokenIds).toEqual(toyAnswer(third));
    expect(log.outputsOf('first')).toHaveLength(3);
    expect(log.outputsOf('second')).toEqual([]);
  });

  it('drops what the run in progress gives', async () => {
    const engine = createToyEngine();
    const { core, decoder, log } = engine;
    core.add(toRequest('gone', [1], endless));
    await log.until(() => log.outputsOf('gone').length === 2);
    const { started, letGo } = decoder.holdNextRun();
    await started;
    core.abort(['gone']);
    letGo();
    await atRest(engine);
    expect(log.outputsOf('gone')).toHaveLength(2);
    expect(log.steps.at(-1)?.schedulerStats).toMatchObject({ numRunningReqs: 0, numWaitingReqs: 0, kvCacheUsage: 0 });
  });

  it('of the last request is told by statistics alone', async () => {
    const { core, log } = createToyEngine();
    core.add(toRequest('gone', [1], endless));
    await log.until(() => log.outputsOf('gone').length === 2);
    core.abort(['gone']);
    await log.until(() => log.steps.at(-1)?.schedulerStats?.numRunningReqs === 0);
    expect(log.steps.at(-1)?.outputs).toEqual([]);
  });

  it('lets its id be used again', async () => {
    const { core, log } = createToyEngine();
    core.add(toRequest('again', [1], endless));
    core.abort(['again']);
    const request = toRequest('again', [2]);
    expect((await log.run(request)).tokenIds).toEqual(toyAnswer(request));
  });
});

describe('utilities', () => {
  it.each([
    ['get_supported_tasks', [], ['generate']],
    ['is_sleeping', [], false],
    ['is_scheduler_paused', [], false],
    ['reset_prefix_cache', [false, false], true],
    ['reset_mm_cache', [], undefined],
    ['reset_encoder_cache', [], undefined],
    ['resume_scheduler', [], undefined],
    ['list_loras', [], []],
    ['get_weight_version', [], 'default'],
  ])('%s', (method, args, expected) => {
    expect(createToyEngine().core.utility(method, args)).toEqual(expected);
  });

  it.each([
    ['sleep', [1], 'not supported: the onnx engine keeps its weights in memory and sleeps at level 0 only'],
    ['add_lora', [['a', 1, '/a']], 'not supported: the onnx engine has no LoRA adapters'],
    ['profile', [true], 'not supported: the onnx engine has no profiler'],
    ['no_such_method', [], 'not supported: the onnx engine has no such call'],
    ['constructor', [], 'not supported: the onnx engine has no such call'],
    ['is_sleeping', [1], 'is_sleeping takes at most 0 arguments, 1 were given'],
    ['set_weight_version', [7], 'the weight version must be a string'],
    ['pause_scheduler', ['soon'], "the pause mode must be 'abort', 'wait' or 'keep'"],
  ])('%s with %j fails with its reason', (method, args, message) => {
    expect(() => createToyEngine().core.utility(method, args)).toThrow(expect.objectContaining({ message }));
  });

  it('stamp each step with the weight version', async () => {
    const { core, log } = createToyEngine();
    core.utility('set_weight_version', ['v2']);
    await log.run(toRequest('a', [1]));
    expect(log.steps.map(({ weightVersion }) => weightVersion)).toEqual(Array(log.steps.length).fill('v2'));
    expect(core.utility('get_weight_version', [])).toBe('v2');
  });
});

describe('a pause', () => {
  it('with abort ends what runs and waits, says so, and keeps new requests until the resume', async () => {
    const { core, log } = createToyEngine({ maxNumSeqs: 1 });
    core.add(toRequest('running', [1], endless));
    core.add(toRequest('waiting', [2], endless));
    await log.until(() => log.outputsOf('running').length === 2);
    await core.utility('pause_scheduler', []);
    expect(core.utility('is_sleeping', [])).toBe(true);
    const aborted = log.steps.find(({ finishedRequests }) => finishedRequests !== undefined);
    expect(aborted).toMatchObject({
      outputs: [
        { requestId: 'running', clientIndex: 0, newTokenIds: [], finishReason: 'abort' },
        { requestId: 'waiting', clientIndex: 0, newTokenIds: [], finishReason: 'abort' },
      ],
      finishedRequests: ['running', 'waiting'],
    });
    const later = toRequest('later', [3]);
    core.add(later);
    await log.until(() => log.steps.at(-1)?.schedulerStats?.numWaitingReqs === 1);
    core.utility('resume_scheduler', []);
    expect((await log.answer('later')).tokenIds).toEqual(toyAnswer(later));
  });

  it('with wait lets running requests finish and holds the waiting ones', async () => {
    const { core, log } = createToyEngine({ maxNumSeqs: 1 });
    core.add(toRequest('running', [1]));
    const waiting = toRequest('waiting', [2]);
    core.add(waiting);
    await log.until(() => log.outputsOf('running').length === 2);
    await core.utility('pause_scheduler', ['wait']);
    expect(log.outputsOf('running').at(-1)?.finishReason).toBe('length');
    expect(log.outputsOf('waiting')).toEqual([]);
    core.utility('resume_scheduler', []);
    expect((await log.answer('waiting')).tokenIds).toEqual(toyAnswer(waiting));
  });

  it('with keep freezes, also for an abort, and goes on where it was', async () => {
    const { core, log } = createToyEngine();
    const kept = toRequest('kept', [1]);
    core.add(kept);
    core.add(toRequest('aborted', [2], endless));
    await log.until(() => log.outputsOf('aborted').length === 2);
    await core.utility('pause_scheduler', ['keep', false]);
    const outputs = log.outputsOf('kept').length;
    core.abort(['aborted']);
    await log.until(() => log.steps.at(-1)?.schedulerStats?.numRunningReqs === 1);
    expect(log.outputsOf('kept')).toHaveLength(outputs);
    core.utility('resume_scheduler', []);
    expect((await log.answer('kept')).tokenIds).toEqual(toyAnswer(kept));
  });

  it('is what a sleep of level 0 is, until the engine is woken', async () => {
    const { core, log } = createToyEngine();
    await core.utility('sleep', [0, 'wait']);
    const request = toRequest('a', [1]);
    core.add(request);
    expect(core.utility('wake_up', [['weights']])).toBe(true);
    expect(core.utility('is_sleeping', [])).toBe(true);
    expect(core.utility('wake_up', [])).toBe(true);
    expect((await log.answer('a')).tokenIds).toEqual(toyAnswer(request));
  });

  it('of generation refuses new requests until the resume', async () => {
    const { core, log } = createToyEngine();
    await core.utility('pause_generation', ['abort', true]);
    expect((await log.run(toRequest('refused', [1]))).last.error).toEqual({
      code: 'engine_paused',
      message: 'Generation is paused. Please retry after it resumes.',
      retryable: true,
    });
    core.utility('resume_scheduler', []);
    expect((await log.run(toRequest('taken', [1]))).last.finishReason).toBe('length');
  });
});

describe('the end of an engine', () => {
  it('is death, with the reason, when a run fails; nothing is taken after it', async () => {
    const { core, decoder, log } = createToyEngine();
    decoder.failure = new Error('out of memory');
    core.add(toRequest('a', [1]));
    expect(await log.dead()).toBe('out of memory');
    const lateReasons: string[] = [];
    core.onDeath((reason) => lateReasons.push(reason));
    expect(lateReasons).toEqual(['out of memory']);
    core.add(toRequest('b', [1]));
    await Promise.resolve();
    expect(log.outputsOf('b')[0]).toMatchObject({ finishReason: 'error', error: { code: 'engine_stopped' } });
    await core.close();
    expect(decoder.released).toBe(true);
  });

  it('is death when a run does not come back', async () => {
    const { core, decoder, log } = createToyEngine({}, 5);
    const { letGo } = decoder.holdNextRun();
    core.add(toRequest('a', [1], endless));
    expect(await log.dead()).toBe('a run of the model took longer than 5 ms');
    letGo();
    await core.close();
    expect(log.outputsOf('a').at(-1)?.finishReason).toBe('abort');
  });

  it('is no death when it is closed in the middle of a run', async () => {
    const { core, decoder, log } = createToyEngine();
    const deaths: string[] = [];
    core.onDeath((reason) => deaths.push(reason));
    core.add(toRequest('a', [1], endless));
    await log.until(() => log.outputsOf('a').length === 2);
    const { started, letGo } = decoder.holdNextRun();
    await started;
    const closed = core.close();
    letGo();
    await Promise.all([closed, core.close()]);
    expect((await log.answer('a')).last.finishReason).toBe('abort');
    expect([deaths, decoder.released]).toEqual([[], true]);
  });
});
