import { MalformedMessageError } from '../malformed-message.error.js';
import { MAX_COUNT, type Rule } from '../rules/rule.js';
import type { TokenFacts } from '../rules/sampling.rules.js';
import type { SamplingParams } from '../sampling-params.js';

/** SamplingParams while its keys arrive; what is absent takes its default. */
export type SamplingDraft = { -readonly [K in keyof SamplingParams]?: SamplingParams[K] } & {
  logitBias?: Map<number, number>;
};

/** Which ids exist is for the engine core to say. */
const ANY_TOKEN: TokenFacts = { tokenIdLimit: MAX_COUNT };

/**
 * What vLLM's own decoder makes of SamplingParams (engine protocol §5.6): defaults, then the rules, then the values in effect: a temperature below 0.01 is
 * raised, greedy decoding resets the other sampling fields, -1 stands for "off". Throws MalformedMessageError for a broken rule.
 */
export function resolveSamplingParams(
  draft: SamplingDraft,
  rules: readonly Rule<SamplingParams, TokenFacts>[],
): SamplingParams {
  const given = withDefaults(draft);
  for (const { field, broken } of rules) {
    const words = broken(given, ANY_TOKEN);
    if (words !== undefined) throw new MalformedMessageError(`${field} ${words}`);
  }
  const greedy = given.temperature === 0;
  return {
    ...given,
    temperature: greedy ? 0 : Math.max(0.01, given.temperature),
    topP: greedy ? 1 : given.topP,
    topK: greedy ? 0 : Math.max(0, given.topK),
    minP: greedy ? 0 : given.minP,
    logitBias: draft.logitBias && clamped(draft.logitBias),
  };
}

function withDefaults(draft: SamplingDraft): SamplingParams {
  return {
    ...draft,
    temperature: draft.temperature ?? 1,
    topP: draft.topP ?? 1,
    topK: draft.topK ?? 0,
    minP: draft.minP ?? 0,
    seed: draft.seed === -1 ? undefined : draft.seed,
    presencePenalty: draft.presencePenalty ?? 0,
    frequencyPenalty: draft.frequencyPenalty ?? 0,
    repetitionPenalty: draft.repetitionPenalty ?? 1,
    maxTokens: draft.maxTokens ?? 16,
    minTokens: draft.minTokens ?? 0,
    stopTokenIds: draft.stopTokenIds ?? [],
    allStopTokenIds: draft.allStopTokenIds ?? [],
    ignoreEos: draft.ignoreEos ?? false,
    badWords: draft.badWords ?? [],
    stop: draft.stop ?? [],
    includeStopStrInOutput: draft.includeStopStrInOutput ?? false,
    skipSpecialTokens: draft.skipSpecialTokens ?? true,
    spacesBetweenSpecialTokens: draft.spacesBetweenSpecialTokens ?? true,
    detokenize: draft.detokenize ?? true,
    outputKind: draft.outputKind ?? 'cumulative',
    skipReadingPrefixCache: draft.skipReadingPrefixCache ?? draft.promptLogprobs !== undefined,
    thinkingTokenBudget: draft.thinkingTokenBudget === -1 ? undefined : draft.thinkingTokenBudget,
  };
}

function clamped(bias: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  return new Map([...bias].map(([token, value]) => [token, Math.min(100, Math.max(-100, value))]));
}
