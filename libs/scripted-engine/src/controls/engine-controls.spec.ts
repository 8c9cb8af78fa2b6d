import { layoutForRelease, toLoraElements } from '@app/engine-protocol';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineControls } from './engine-controls.js';

const layout = layoutForRelease('0.33.0');
let running: boolean;
let engine: {
  readonly supportsLora: boolean;
  readonly layout: typeof layout;
  readonly runs: () => boolean;
  readonly abortAll: () => void;
  readonly goOn: () => void;
  readonly clearPrefixCache: () => void;
};
let controls: EngineControls;

beforeEach(() => {
  running = false;
  engine = {
    supportsLora: true,
    layout,
    runs: () => running,
    abortAll: vi.fn(() => void (running = false)),
    goOn: vi.fn(),
    clearPrefixCache: vi.fn(),
  };
  controls = new EngineControls(engine);
});

/** Results so far, for calls one after the other. */
function results(...calls: readonly (readonly [method: string, ...args: readonly unknown[]])[]): unknown[] {
  return calls.map(([method, ...args]) => {
    const answer = controls.answer(method, args);
    return 'failure' in answer ? answer.failure : answer.result;
  });
}

describe('a pause', () => {
  it('by abort ends what runs, and keeps new requests out until it ends', async () => {
    running = true;
    await Promise.all(results(['pause_generation', 'abort', true]));
    expect(engine.abortAll).toHaveBeenCalledOnce();
    expect(engine.clearPrefixCache).toHaveBeenCalledOnce();
    expect([controls.pause.refusesNew, controls.pause.mayBegin, controls.pause.mayStep]).toEqual([true, false, true]);
    results(['resume_scheduler']);
    expect([controls.pause.refusesNew, controls.pause.mayBegin]).toEqual([false, true]);
    expect(engine.goOn).toHaveBeenCalledOnce();
  });

  it('by wait is over when nothing runs', async () => {
    running = true;
    const over = vi.fn();
    const [pausing] = results(['pause_scheduler', 'wait', true]);
    void Promise.resolve(pausing).then(over);
    await Promise.resolve();
    expect(over).not.toHaveBeenCalled();
    controls.pause.cameToRest();
    await pausing;
    expect(controls.pause.refusesNew).toBe(false);
  });

  it('by keep freezes what runs, with its cache', async () => {
    running = true;
    await Promise.all(results(['pause_generation', 'keep', true]));
    expect([controls.pause.mayStep, controls.pause.refusesNew]).toEqual([false, false]);
    expect(engine.clearPrefixCache).not.toHaveBeenCalled();
  });

  it('has no other mode', () => {
    expect(results(['pause_generation', 'soon'])).toEqual(['invalid pause mode soon']);
  });
});

describe('sleep', () => {
  it('ends part by part, and scheduling goes on with the last', () => {
    const states = results(
      ['sleep', 1, 'abort'],
      ['is_sleeping'],
      ['wake_up', ['weights']],
      ['is_scheduler_paused'],
      ['wake_up', ['kv_cache']],
      ['is_scheduler_paused'],
      ['is_sleeping'],
    );
    expect(states.slice(1)).toEqual([true, false, true, true, false, false]);
  });

  it('at level 0 is a pause', () => {
    expect(results(['sleep', 0, 'wait'], ['is_scheduler_paused'], ['wake_up', null]).slice(1)).toEqual([true, true]);
  });

  it('gives the cache away only while nothing is scheduled', () => {
    expect(results(['release_kv_cache_memory'])).toEqual(['the scheduler is not paused']);
    results(['pause_scheduler', 'abort']);
    expect(results(['release_kv_cache_memory'], ['wake_up', ['weights']], ['wake_up', null])).toEqual([
      null,
      false,
      true,
    ]);
  });
});

describe('the rest', () => {
  it('keeps the prefix cache of requests that run', () => {
    running = true;
    expect(results(['reset_prefix_cache', false, false], ['reset_prefix_cache', true, false])).toEqual([false, true]);
  });

  it('knows its adapters by number', () => {
    const elements = toLoraElements({ name: 'a', id: 7, path: '/a' }, layout);
    expect(
      results(['add_lora', elements], ['list_loras'], ['pin_lora', 7], ['remove_lora', 7], ['remove_lora', 7]),
    ).toEqual([true, [7], true, true, false]);
  });

  it('has weights with a version, and is as at the start after a reset', () => {
    expect(results(['set_weight_version', 'v2'], ['get_weight_version'], ['set_weight_version', 2])).toEqual([
      null,
      'v2',
      'the weight version must be a string',
    ]);
    results(['sleep', 2, 'abort']);
    controls.reset();
    expect(results(['get_weight_version'], ['is_sleeping'], ['no_such_method', 1])).toEqual(['default', false, null]);
  });
});
