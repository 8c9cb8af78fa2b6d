import { UnsupportedError } from '@app/errors';
import { toBeamStepSampling } from './beam-sampling.js';
import { BeamSearch } from './beam-search.js';
import type { TextGeneration } from './prepared-text.js';
import type { RunningRequests } from './running-requests.js';
import { checkSampling } from './sampling.rules.js';
import type { TextSink } from './text-delta.js';
import type { TextParts } from './text-parts.js';
import type { BeamSearchRequest } from './text-request.js';
import { toShownTokens } from './to-shown-tokens.js';
import { checkAtStart, toEngineRequests } from './to-engine-requests.js';
import type { CheckedRequest } from './to-engine-requests.js';

/** Starts the search for the likeliest texts of a request; while it runs it can be cancelled. Throws what `checkAtStart` and the engine throw, `UnsupportedError` for embeddings. */
export function startBeamSearch(
  { lengthPenalty, ...checked }: CheckedRequest & BeamSearchRequest,
  sink: TextSink,
  { running, ...parts }: TextParts & { readonly running: RunningRequests },
): TextGeneration {
  const { tokenizer, texts, engine, listener, now, limits, modelEosTokenIds } = parts;
  const { request, sampling } = checked;
  if (checked.promptEmbeds) throw new UnsupportedError('Embedding prompt not supported for beam search');
  const { n: width, maxTokens, ignoreEos = false, includeStopStrInOutput = false } = sampling;
  const step = {
    ...checked,
    // Neither an engine nor the end of a thought is chosen for a step.
    request: { ...request, dataParallelRank: undefined, reasoningEnded: undefined, reasoningParserKwargs: undefined },
    sampling: toBeamStepSampling(sampling, limits),
  };
  checkSampling(step.sampling, limits);
  if (maxTokens > 0) checkAtStart(step, parts);
  const [engineRequest] = toEngineRequests(step, parts);
  const eosTokenIds = tokenizer.eosTokenId === undefined ? [] : [tokenizer.eosTokenId];
  const showsLogprobs = sampling.logprobs !== undefined;
  const search: BeamSearch = new BeamSearch({
    ...{ engine, sink, listener, now, maxTokens },
    request: {
      ...engineRequest,
      requestId: request.requestId,
      sampling: { ...engineRequest.sampling, detokenize: false, outputKind: 'cumulative' },
    },
    rules: {
      width,
      lengthPenalty,
      endTokenIds: new Set(ignoreEos ? [] : [...eosTokenIds, ...modelEosTokenIds]),
      keepsOffers: showsLogprobs,
    },
    answer: {
      tokenizer,
      texts,
      shownTokens: toShownTokens(sampling, request.shownTokenIds),
      includeEndToken: includeStopStrInOutput,
      showsLogprobs,
    },
    onEnd: () => running.remove(request.requestId, search),
  });
  running.add(request.requestId, search);
  return search.start();
}
