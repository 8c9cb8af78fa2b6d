import { describe, expect, it } from 'vitest';
import { jsonText } from './json-text.js';
import { requestMetricsJson, streamRequestMetricsJson } from './request-metrics.js';
import type { MeasuredSample } from './request-metrics.js';

const sample = (facts: Partial<MeasuredSample> = {}, stats: Partial<MeasuredSample['stats']> = {}): MeasuredSample => ({
  completionTokens: 5,
  specDecodeMetrics: undefined,
  ...facts,
  stats: {
    finishReason: 'stop',
    promptTokens: 4,
    cachedTokens: 0,
    generationTokens: 9,
    maxTokens: 16,
    preemptions: 0,
    e2eSeconds: 9,
    timeToFirstTokenSeconds: 9,
    queueSeconds: 0.5,
    prefillSeconds: 0.25,
    decodeSeconds: 2,
    inferenceSeconds: 2.25,
    ...stats,
  },
});

const draft = {
  numSpecTokens: 3,
  histogram: [1, 2, 0, 1],
  numDraftTokens: 10,
  perStepAccepted: [],
  perStepDrafted: [],
};

const whole = (...args: Parameters<typeof requestMetricsJson>): unknown =>
  JSON.parse(jsonText(requestMetricsJson(...args)));
const streamed = (...args: Parameters<typeof requestMetricsJson>): unknown => {
  const json = streamRequestMetricsJson(...args);
  return json && JSON.parse(jsonText(json));
};

const noTimes = {
  time_to_first_token_ms: null,
  generation_time_ms: null,
  queue_time_ms: null,
  mean_itl_ms: null,
  tokens_per_second: null,
};

describe('request metrics', () => {
  it.each<[string, MeasuredSample | undefined, object]>([
    [
      'times from the clock of the engine, over the tokens of the answer',
      sample(),
      {
        time_to_first_token_ms: 250,
        generation_time_ms: 2000,
        queue_time_ms: 500,
        mean_itl_ms: 500,
        tokens_per_second: 5 / 2.25,
        speculative_decoding: null,
      },
    ],
    [
      'one token, which has nothing between',
      sample({ completionTokens: 1 }, { decodeSeconds: 0, inferenceSeconds: 0.25 }),
      {
        time_to_first_token_ms: 250,
        generation_time_ms: 0,
        queue_time_ms: 500,
        mean_itl_ms: null,
        tokens_per_second: 4,
        speculative_decoding: null,
      },
    ],
    [
      'an engine without events',
      sample({}, { queueSeconds: undefined, prefillSeconds: undefined, inferenceSeconds: undefined }),
      { ...noTimes, generation_time_ms: 2000, mean_itl_ms: 500, speculative_decoding: null },
    ],
    ['no time at all', sample({}, { inferenceSeconds: 0 }), expect.objectContaining({ tokens_per_second: null })],
    [
      'what is no one request of the engine',
      { ...sample(), stats: undefined },
      { ...noTimes, speculative_decoding: null },
    ],
    ['no sample', undefined, { ...noTimes, speculative_decoding: null }],
  ])('tell of %s', (_, measured, expected) => {
    expect(whole(measured, true)).toEqual(expected);
    const present = Object.entries(whole(measured, true) as object).filter(([, value]) => value !== null);
    expect(streamed(measured, true)).toEqual(Object.fromEntries(present));
  });

  it('tell nothing when nobody asked', () => {
    expect(whole(sample(), false)).toBeNull();
    expect(streamed(sample(), false)).toBeUndefined();
  });

  it('tell of drafts whether or not times are asked for', () => {
    const summary = {
      mean_acceptance_length: 2.25,
      draft_acceptance_rate: 0.5,
      acceptance_histogram: [1, 2, 0, 1],
      num_spec_steps: 4,
      num_accepted_draft_tokens: 5,
      num_draft_tokens: 10,
      num_spec_tokens: 3,
    };
    const measured = sample({ specDecodeMetrics: draft });
    expect(whole(measured, false)).toEqual({
      ...noTimes,
      speculative_decoding: { ...summary, per_step_accepted: null, per_step_drafted: null },
    });
    expect(streamed(measured, false)).toEqual({ speculative_decoding: summary });
    const detailed = { ...draft, perStepAccepted: [3, 1], perStepDrafted: [3, 3] };
    expect(streamed(sample({ specDecodeMetrics: detailed }), false)).toEqual({
      speculative_decoding: { ...summary, per_step_accepted: [3, 1], per_step_drafted: [3, 3] },
    });
  });

  it('have no rates where nothing was drafted', () => {
    const none = { ...draft, histogram: [0, 0], numDraftTokens: 0 };
    expect(jsonText(requestMetricsJson(sample({ specDecodeMetrics: none }), false))).toContain(
      '"mean_acceptance_length":1.0,"draft_acceptance_rate":0.0',
    );
  });
});
