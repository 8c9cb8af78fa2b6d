import type { EngineRequest } from '../engine-request.js';
import { notCount, notTokenIds, type Rule } from './rule.js';
import type { TokenFacts } from './sampling.rules.js';
import { unsendable } from './unsendable.js';

export interface RequestRuleFacts extends TokenFacts {
  /** Of the model: prompt and output together. */
  readonly maxModelLen: number;
  /** Front-end processes that the engines know. */
  readonly clientCount: number;
}

/** Longer ids would come back with every token. Headers are far shorter; a body may name one. */
const MAX_ID_LENGTH = 65_536;
const MAX_RANK = 0xffff;

/** The rules of an ADD beside those of its parameters (engine protocol §5.2, §11.1): an engine core checks none of them, and dies of the first ones. */
export const REQUEST_RULES: readonly Rule<EngineRequest, RequestRuleFacts>[] = [
  { field: 'request_id', ours: true, broken: ({ requestId }) => (requestId === '' ? 'must not be empty' : undefined) },
  {
    field: 'request_id',
    broken: ({ requestId: { length } }) =>
      length > MAX_ID_LENGTH ? `must have at most ${MAX_ID_LENGTH} characters, not ${length}` : undefined,
  },
  { field: 'prompt', broken: ({ promptTokenIds: ids }) => (ids.length === 0 ? 'must not be empty' : undefined) },
  {
    field: 'prompt',
    broken: ({ promptTokenIds: { length } }, { maxModelLen }) =>
      length >= maxModelLen
        ? `has ${length} tokens; with at least one output token this model accepts at most ${maxModelLen}`
        : undefined,
  },
  {
    field: 'prompt',
    broken: ({ promptTokenIds, promptEmbeds }, { tokenIdLimit }) =>
      notTokenIds(promptTokenIds, promptEmbeds ? Infinity : tokenIdLimit),
  },
  {
    field: 'arrival_time',
    ours: true,
    broken: ({ arrivalTime }) => (Number.isFinite(arrivalTime) ? undefined : `must be finite, not ${arrivalTime}`),
  },
  {
    field: 'lora_request',
    ours: true,
    broken: ({ lora }) =>
      lora && (lora.name === '' || lora.path === '') ? 'must have a name and a path' : lora && notCount(lora.id, 1),
  },
  { field: 'cache_salt', broken: ({ cacheSalt }) => notString(cacheSalt) },
  { field: 'data_parallel_rank', broken: ({ dataParallelRank: rank = 0 }) => notCount(rank, 0, MAX_RANK) },
  {
    field: 'client_index',
    ours: true,
    broken: ({ clientIndex = 0 }, { clientCount }) => notCount(clientIndex, 0, clientCount - 1),
  },
  {
    field: 'current_wave',
    ours: true,
    broken: ({ currentWave = 0 }) => notCount(currentWave, 0, Number.MAX_SAFE_INTEGER),
  },
  { field: 'priority', broken: ({ priority }) => notCount(priority, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) },
  {
    field: 'trace_headers',
    broken: ({ traceHeaders = {} }) =>
      Object.values(traceHeaders).every((value) => typeof value === 'string') ? undefined : 'must be strings',
  },
  { field: 'external_req_id', ours: true, broken: ({ externalRequestId }) => notString(externalRequestId) },
  { field: 'reasoning_parser_kwargs', broken: ({ reasoningParserKwargs }) => unsendable(reasoningParserKwargs) },
  { field: 'session_id', broken: ({ sessionId }) => notString(sessionId) },
];

function notString(value: unknown): string | undefined {
  return value === undefined || typeof value === 'string' ? undefined : 'must be a string';
}
