import { InvalidRequestError } from '@app/errors';
import type { PreparedText } from '@app/text';
import { RawJson } from '../answers/json-text.js';
import { samplingParamsJson } from './sampling-params-json.js';

/** What a GenerateRequest says besides the prepared text, of the request as the client sent it. */
export interface GenerateRequestFacts {
  readonly requestId: string;
  readonly model: string | undefined;
  readonly priority: number | bigint;
  readonly streamOptions: StreamOptions | undefined;
  readonly returnTokenIds: boolean | undefined;
  /** Of chats (`parseContextJson`). */
  readonly parseContext?: object | undefined;
}

interface StreamOptions {
  readonly include_usage?: boolean | undefined;
  readonly continuous_usage_stats?: boolean | undefined;
}

/**
 * The body for `/inference/v1/generate` that asks for the same as this text request, keys in the order of the wire (routes.md §6).
 * Throws `InvalidRequestError` for a prompt without tokens.
 */
export function generateRequestJson(
  { request, promptTokenIds, promptTokenOffsets, sampling }: PreparedText,
  { requestId, model, priority, streamOptions, returnTokenIds, parseContext }: GenerateRequestFacts,
): object {
  if (promptTokenIds.length === 0) throw new InvalidRequestError('No token_ids rendered');
  const { kv_transfer_params, ec_transfer_params, ...extraArgs } = sampling.extraArgs ?? {};
  return {
    request_id: requestId,
    token_ids: numbersJson(promptTokenIds),
    token_offsets: promptTokenOffsets ? numbersJson(promptTokenOffsets) : null,
    features: null,
    content_parts: null,
    sampling_params: samplingParamsJson(
      { ...sampling, extraArgs: isEmpty(extraArgs) ? undefined : extraArgs },
      { stream: request.stream },
    ),
    model: model ?? null,
    reasoning_ended: request.reasoningEnded ?? null,
    reasoning_parser_kwargs: request.reasoningParserKwargs ?? null,
    return_token_ids: returnTokenIds ?? null,
    output_mode: 'tokens',
    parse_context: parseContext ?? null,
    stream: request.stream,
    stream_options: request.stream && streamOptions ? streamOptionsJson(streamOptions) : null,
    cache_salt: request.cacheSalt ?? null,
    priority,
    kv_transfer_params: transferJson(kv_transfer_params),
    ec_transfer_params: transferJson(ec_transfer_params),
  };
}

/** At once, as there may be hundreds of thousands. */
function numbersJson(numbers: readonly (number | readonly number[])[]): RawJson {
  return new RawJson(JSON.stringify(numbers));
}

function streamOptionsJson({ include_usage, continuous_usage_stats }: StreamOptions): object {
  return { include_usage: include_usage ?? null, continuous_usage_stats: continuous_usage_stats ?? null };
}

/** Empty ones mean nothing. */
function transferJson(params: unknown): unknown {
  return params === undefined || isEmpty(params) ? null : params;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
