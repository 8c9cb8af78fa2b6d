import type { SpecDecodeMetrics } from '@app/engine-protocol';
import type { TextDelta } from '@app/text';
import { jsonFloat } from './json-text.js';
import type { RawJson } from './json-text.js';

/** What an answer of one sample tells of its cost, from the last delta. */
export type MeasuredSample = Pick<TextDelta, 'completionTokens' | 'stats' | 'specDecodeMetrics'>;

/** `metrics` of an answer that is not streamed (completions-and-chat.md §8); null when there is nothing to tell. */
export function requestMetricsJson(sample: MeasuredSample | undefined, showsTimes: boolean): object | null {
  return metricsJson(sample, showsTimes, null) ?? null;
}

/** `metrics` of the last event of a stream: the same, nulls left out. */
export function streamRequestMetricsJson(sample: MeasuredSample | undefined, showsTimes: boolean): object | undefined {
  return metricsJson(sample, showsTimes, undefined);
}

function metricsJson<Absent>(sample: MeasuredSample | undefined, showsTimes: boolean, absent: Absent) {
  const speculative = sample?.specDecodeMetrics;
  if (!showsTimes && !speculative) return undefined;
  return {
    ...timesJson(showsTimes ? sample : undefined, absent),
    speculative_decoding: speculative ? speculativeJson(speculative, absent) : absent,
  };
}

function timesJson<Absent>(sample: MeasuredSample | undefined, absent: Absent) {
  const { stats, completionTokens: tokens = 0 } = sample ?? {};
  const { prefillSeconds, decodeSeconds, queueSeconds, inferenceSeconds = 0 } = stats ?? {};
  const betweenTokens = decodeSeconds !== undefined && tokens > 1 ? decodeSeconds / (tokens - 1) : undefined;
  return {
    time_to_first_token_ms: milliseconds(prefillSeconds) ?? absent,
    generation_time_ms: milliseconds(decodeSeconds) ?? absent,
    queue_time_ms: milliseconds(queueSeconds) ?? absent,
    mean_itl_ms: milliseconds(betweenTokens) ?? absent,
    tokens_per_second: inferenceSeconds > 0 ? jsonFloat(tokens / inferenceSeconds) : absent,
  };
}

function milliseconds(seconds: number | undefined): RawJson | undefined {
  return seconds === undefined ? undefined : jsonFloat(seconds * 1000);
}

function speculativeJson<Absent>(metrics: SpecDecodeMetrics, absent: Absent) {
  const { histogram, numDraftTokens, numSpecTokens, perStepAccepted, perStepDrafted } = metrics;
  const steps = histogram.reduce((sum, count) => sum + count, 0);
  const accepted = histogram.reduce((sum, count, drafts) => sum + drafts * count, 0);
  const detailed = perStepAccepted.length > 0;
  return {
    // The token that every step makes by itself counts too.
    mean_acceptance_length: jsonFloat(steps > 0 ? 1 + accepted / steps : 1),
    draft_acceptance_rate: jsonFloat(numDraftTokens > 0 ? accepted / numDraftTokens : 0),
    acceptance_histogram: histogram,
    num_spec_steps: steps,
    num_accepted_draft_tokens: accepted,
    num_draft_tokens: numDraftTokens,
    num_spec_tokens: numSpecTokens,
    per_step_accepted: detailed ? perStepAccepted : absent,
    per_step_drafted: detailed ? perStepDrafted : absent,
  };
}
