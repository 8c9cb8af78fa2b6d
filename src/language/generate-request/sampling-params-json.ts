import type { RepetitionDetection, StructuredOutputs } from '@app/engine-protocol';
import { codePointLength } from '@app/python-text';
import type { ResolvedSampling } from '@app/text';
import { jsonFloat } from '../answers/json-text.js';

/**
 * `sampling_params` of a GenerateRequest: vLLM's SamplingParams, fields in its order (engine protocol §5.6). Left out is what is the default *object* of
 * the struct: null, true, false and small integers that equal their default, and the filters of a greedy choice, which it resets to the default. Floats
 * and lists are objects of their own, so they are always there. Fields that begin with an underscore are not for the wire.
 */
export function samplingParamsJson(sampling: ResolvedSampling, { stream }: { readonly stream: boolean }): object {
  const { topP, topK, minP, stop, includeStopStrInOutput = false, promptLogprobs } = sampling;
  const greedy = sampling.temperature === 0;
  return {
    n: unless(1, sampling.n),
    presence_penalty: jsonFloat(sampling.presencePenalty),
    frequency_penalty: jsonFloat(sampling.frequencyPenalty),
    repetition_penalty: jsonFloat(sampling.repetitionPenalty),
    temperature: jsonFloat(sampling.temperature),
    watermarking: sampling.watermarking,
    top_p: greedy ? undefined : jsonFloat(topP),
    top_k: unless(0, topK),
    min_p: greedy ? undefined : jsonFloat(minP),
    seed: sampling.seed,
    stop,
    stop_token_ids: [...new Set(sampling.stopTokenIds)],
    ignore_eos: unless(false, sampling.ignoreEos),
    max_tokens: unless(16, sampling.maxTokens),
    min_tokens: unless(0, sampling.minTokens),
    logprobs: sampling.logprobs,
    prompt_logprobs: promptLogprobs,
    logprob_token_ids: unlessEmpty(sampling.logprobTokenIds),
    detokenize: unless(true, sampling.detokenize),
    skip_special_tokens: unless(true, sampling.skipSpecialTokens),
    spaces_between_special_tokens: unless(true, sampling.spacesBetweenSpecialTokens),
    include_stop_str_in_output: unless(false, includeStopStrInOutput),
    output_kind: stream ? 1 : 2,
    stream_interval: sampling.streamInterval,
    skip_clone: true,
    output_text_buffer_length: unless(0, includeStopStrInOutput ? 0 : heldBack(stop)),
    structured_outputs: sampling.structuredOutputs && structuredOutputsJson(sampling.structuredOutputs),
    logit_bias:
      sampling.logitBias &&
      new Map(Object.entries(sampling.logitBias).map(([id, value]) => [id, jsonFloat(value)] as const)),
    allowed_token_ids: sampling.allowedTokenIds,
    extra_args: sampling.extraArgs,
    bad_words: [...new Set(sampling.badWords)],
    skip_reading_prefix_cache: promptLogprobs !== undefined,
    thinking_token_budget: sampling.thinkingTokenBudget,
    repetition_detection: sampling.repetitionDetection && repetitionDetectionJson(sampling.repetitionDetection),
    routed_experts_prompt_start: unless(0, sampling.routedExpertsPromptStart),
  };
}

function unless<T>(standard: T, value: T | undefined): T | undefined {
  return value === standard ? undefined : value;
}

function unlessEmpty<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list?.length === 0 ? undefined : list;
}

/** Characters that a stop string may still need. */
function heldBack(stop: readonly string[]): number {
  return Math.max(0, ...stop.map((text) => codePointLength(text) - 1));
}

/** A dataclass: every field is there. */
function structuredOutputsJson(constraint: StructuredOutputs): object {
  return {
    json: constraint.json ?? null,
    regex: constraint.regex ?? null,
    choice: constraint.choice ?? null,
    grammar: constraint.grammar ?? null,
    json_object: constraint.jsonObject ?? null,
    disable_any_whitespace: constraint.disableAnyWhitespace,
    disable_additional_properties: constraint.disableAdditionalProperties,
    whitespace_pattern: constraint.whitespacePattern ?? null,
    structural_tag: constraint.structuralTag ?? null,
    _backend: constraint.backend ?? null,
    _backend_was_auto: constraint.backendWasAuto,
  };
}

function repetitionDetectionJson({ maxPatternSize, minPatternSize, minCount }: RepetitionDetection): object {
  return { max_pattern_size: maxPatternSize, min_pattern_size: minPatternSize, min_count: minCount };
}
