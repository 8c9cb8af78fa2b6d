import type { SamplingParams } from '@app/engine-protocol';
import type { ResolvedSampling } from './resolve-sampling.js';
import { settleSampling } from './settle-sampling.js';
import { toEngineConstraint } from './structured-outputs.rules.js';

export interface SamplingParamsContext {
  readonly stream: boolean;
  /** The tokenizer's EOS. */
  readonly eosTokenId: number | undefined;
  /** Every EOS id of the model's generation config. */
  readonly modelEosTokenIds: readonly number[];
  readonly badWordsTokenIds: readonly (readonly number[])[];
  readonly vocabularySize: number;
  /** There is a tokenizer to make text with. */
  readonly hasTokenizer: boolean;
  readonly structuredOutputsBackend: string;
}

/** Checked sampling → the engine's parameters for the first sample (engine protocol §5.6, EOS rules §11.1 no. 4). Throws for an impossible structured output. */
export function toSamplingParams(checked: ResolvedSampling, context: SamplingParamsContext): SamplingParams {
  const { stream, eosTokenId, modelEosTokenIds, badWordsTokenIds, vocabularySize } = context;
  const sampling = settleSampling(checked);
  const ignoreEos = sampling.ignoreEos ?? false;
  const otherEosIds = modelEosTokenIds.filter((id) => id !== eosTokenId).sort((a, b) => a - b);
  const stopTokenIds = ignoreEos ? unique(sampling.stopTokenIds) : unique([...otherEosIds, ...sampling.stopTokenIds]);
  return {
    temperature: sampling.temperature,
    topP: sampling.topP,
    // As many candidates as there are tokens is no filter; larger numbers would overflow the engine's tensors.
    topK: Math.min(sampling.topK, vocabularySize),
    minP: sampling.minP,
    seed: sampling.seed === undefined ? undefined : toSeed(BigInt(sampling.seed)),
    presencePenalty: sampling.presencePenalty,
    frequencyPenalty: sampling.frequencyPenalty,
    repetitionPenalty: sampling.repetitionPenalty,
    maxTokens: sampling.maxTokens,
    minTokens: sampling.minTokens,
    stopTokenIds,
    eosTokenId: ignoreEos ? undefined : eosTokenId,
    allStopTokenIds: unique([
      ...sampling.stopTokenIds,
      ...otherEosIds,
      ...(eosTokenId === undefined ? [] : [eosTokenId]),
    ]),
    ignoreEos,
    logprobs: sampling.logprobs,
    promptLogprobs: sampling.promptLogprobs,
    logprobTokenIds: sampling.logprobTokenIds,
    logitBias:
      sampling.logitBias && new Map(Object.entries(sampling.logitBias).map(([id, value]) => [Number(id), value])),
    allowedTokenIds: sampling.allowedTokenIds,
    badWords: sampling.badWords,
    badWordsTokenIds: badWordsTokenIds.length > 0 ? badWordsTokenIds : undefined,
    stop: sampling.stop,
    includeStopStrInOutput: sampling.includeStopStrInOutput ?? false,
    skipSpecialTokens: sampling.skipSpecialTokens,
    spacesBetweenSpecialTokens: sampling.spacesBetweenSpecialTokens ?? true,
    detokenize: context.hasTokenizer && (sampling.detokenize ?? true),
    outputKind: sampling.outputKind ?? (stream ? 'delta' : 'final-only'),
    streamInterval: sampling.streamInterval,
    // No engine here has a watermark configured, whatever the request says.
    watermarking: false,
    skipReadingPrefixCache: sampling.skipReadingPrefixCache ?? sampling.promptLogprobs !== undefined,
    thinkingTokenBudget: sampling.thinkingTokenBudget,
    repetitionDetection: sampling.repetitionDetection,
    routedExpertsPromptStart: sampling.routedExpertsPromptStart,
    structuredOutputs:
      sampling.structuredOutputs && toEngineConstraint(sampling.structuredOutputs, context.structuredOutputsBackend),
    extraArgs: sampling.extraArgs,
  };
}

/** The parameters of sample `index`: a seed of its own, so that samples differ. */
export function forSample(params: SamplingParams, index: number): SamplingParams {
  return params.seed === undefined || index === 0
    ? params
    : { ...params, seed: toSeed(BigInt(params.seed) + BigInt(index)) };
}

/** Wraps at 64 bits; a plain number where it is exact. */
function toSeed(seed: bigint): number | bigint {
  const wrapped = BigInt.asIntN(64, seed);
  return Number.isSafeInteger(Number(wrapped)) ? Number(wrapped) : wrapped;
}

function unique(ids: readonly number[]): number[] {
  return [...new Set(ids)];
}
