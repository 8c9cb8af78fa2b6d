import { randomBytes } from 'node:crypto';
import type { EngineRequest, PromptEmbeds } from '@app/engine-protocol';
import type { ServerError } from '@app/errors';
import { checkForEngine } from './engine-front.rules.js';
import type { ResolvedSampling } from './resolve-sampling.js';
import { hasTokenizer, promptVocabularySize } from './text-parts.js';
import type { TextParts } from './text-parts.js';
import type { TextRequest } from './text-request.js';
import { forSample, toSamplingParams } from './to-sampling-params.js';

/** A request between `prepare` and `start`. */
export interface CheckedRequest {
  readonly request: TextRequest;
  readonly arrivalTime: number;
  readonly promptTokenIds: readonly number[];
  readonly promptEmbeds: PromptEmbeds | undefined;
  readonly sampling: ResolvedSampling;
  readonly badWordsTokenIds: readonly (readonly number[])[];
  /** What is wrong with the constraint. */
  readonly constraintFault?: ServerError | undefined;
}

/** The checks at `start`. Throws `InvalidRequestError`, or what the check of the constraint ended with. */
export function checkAtStart(
  { request, promptTokenIds, promptEmbeds, sampling, badWordsTokenIds, constraintFault }: CheckedRequest,
  parts: TextParts,
): void {
  const { engine, limits, vocabularySize } = parts;
  checkForEngine(sampling, {
    promptTokenIds,
    badWordsTokenIds,
    dataParallelRank: request.dataParallelRank,
    limits,
    maxModelLen: engine.info.maxModelLen,
    vocabularySize,
    // The id that stands for rows is behind every vocabulary; all others come from the tokenizer then.
    promptVocabularySize: promptEmbeds ? Infinity : promptVocabularySize(parts),
    engineCount: engine.engineCount,
  });
  if (constraintFault) throw constraintFault;
}

/** One per sample (engine protocol §11.1 no. 6 and 7): ids must differ from every other in flight. */
export function toEngineRequests(
  { request, arrivalTime, promptTokenIds, promptEmbeds, sampling, badWordsTokenIds }: CheckedRequest,
  parts: TextParts,
): EngineRequest[] {
  const { tokenizer, modelEosTokenIds, vocabularySize, limits } = parts;
  const params = toSamplingParams(sampling, {
    stream: request.stream,
    eosTokenId: tokenizer.eosTokenId,
    modelEosTokenIds,
    badWordsTokenIds,
    vocabularySize,
    hasTokenizer: hasTokenizer(parts),
    structuredOutputsBackend: limits.structuredOutputsBackend,
  });
  const id = `${request.requestId}-${randomBytes(4).toString('hex')}`;
  return Array.from({ length: sampling.n }, (_, index) => ({
    requestId: sampling.n === 1 ? id : `${index}_${id}`,
    promptTokenIds,
    promptEmbeds,
    sampling: forSample(params, index),
    arrivalTime,
    lora: request.lora,
    cacheSalt: request.cacheSalt,
    dataParallelRank: request.dataParallelRank,
    priority: request.priority ?? 0,
    traceHeaders: request.traceHeaders,
    externalRequestId: request.requestId,
    reasoningEnded: request.reasoningEnded,
    reasoningParserKwargs: request.reasoningParserKwargs,
    sessionId: request.sessionId,
  }));
}
