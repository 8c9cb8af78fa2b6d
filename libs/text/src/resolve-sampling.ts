import { toSamplingDefaults } from './sampling-defaults.js';
import type { SamplingDefaults } from './sampling-defaults.js';
import type { SamplingRequest } from './text-request.js';

/** A sampling request with every default filled in; still unchecked. */
export interface ResolvedSampling extends SamplingRequest {
  readonly n: number;
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  readonly minP: number;
  readonly repetitionPenalty: number;
  readonly presencePenalty: number;
  readonly frequencyPenalty: number;
  readonly maxTokens: number;
  readonly minTokens: number;
  readonly stop: readonly string[];
  readonly stopTokenIds: readonly number[];
  readonly badWords: readonly string[];
  readonly skipSpecialTokens: boolean;
}

/** Fills in defaults (completions-and-chat.md §4.1) and lowers max_tokens to the room that the prompt leaves (§4.4 no. 5). */
export function resolveSampling(request: SamplingRequest, defaults: SamplingDefaults, room: number): ResolvedSampling {
  return {
    ...request,
    n: request.n ?? 1,
    temperature: request.temperature ?? defaults.temperature,
    topP: request.topP ?? defaults.topP,
    topK: request.topK ?? defaults.topK,
    minP: request.minP ?? defaults.minP,
    repetitionPenalty: request.repetitionPenalty ?? defaults.repetitionPenalty,
    presencePenalty: request.presencePenalty ?? defaults.presencePenalty,
    frequencyPenalty: request.frequencyPenalty ?? defaults.frequencyPenalty,
    maxTokens: Math.min(room, request.maxTokens ?? defaults.maxTokens ?? Infinity, defaults.maxTokensCap ?? Infinity),
    minTokens: request.minTokens ?? 0,
    stop: request.stop ?? [],
    stopTokenIds: [...(request.stopTokenIds ?? []), ...defaults.stopTokenIds],
    badWords: request.badWords ?? [],
    skipSpecialTokens: request.skipSpecialTokens ?? defaults.skipSpecialTokens,
    thinkingTokenBudget: request.thinkingTokenBudget === -1 ? undefined : request.thinkingTokenBudget,
  };
}

/** For requests whose sampling is complete: neutral values for what they leave out, and their own `maxTokens` as it stands. */
export function resolveRenderedSampling(
  request: SamplingRequest,
  { maxTokens, maxTokensCap }: SamplingDefaults,
  room: number,
): ResolvedSampling {
  const neutral = { ...toSamplingDefaults({ eosTokenIds: [] }, { source: 'none' }), maxTokens, maxTokensCap };
  // A prompt that leaves no room is refused at `start`, in the words for prompts.
  const resolved = resolveSampling(request, neutral, Math.max(room, 1));
  // The wire has no integers beyond; no engine has room for as many.
  return { ...resolved, maxTokens: Math.min(request.maxTokens ?? resolved.maxTokens, Number.MAX_SAFE_INTEGER) };
}
