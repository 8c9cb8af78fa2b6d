import type { AnswerStyle } from '@server/language/answer-style';
import type { GenerationRequest } from './dto/generation-request.dto.js';

/** What every body and every event of one answer begins with. */
export interface AnswerHead {
  readonly id: string;
  /** UNIX seconds. */
  readonly created: number;
  readonly model: string;
  readonly systemFingerprint: string | null;
}

/** What the answers of completions and chats show alike, streamed or not. */
export interface SharedAnswerOptions extends AnswerHead {
  readonly returnTokenIds: boolean;
  readonly returnWeightVersions: boolean;
  readonly includeUsage: boolean;
  readonly continuousUsage: boolean;
  /** Show how many prompt tokens came from a cache. */
  readonly promptTokensDetails: boolean;
  /** Show what the request cost in time. */
  readonly requestMetrics: boolean;
}

/** What is decided before the body is looked at. */
export interface AnswerFacts extends Pick<AnswerHead, 'id' | 'created' | 'model'> {
  readonly style: AnswerStyle;
}

type ShownFields = Pick<GenerationRequest, 'return_token_ids' | 'return_weight_versions' | 'stream_options'>;

export function toSharedAnswerOptions(
  { return_token_ids, return_weight_versions, stream_options }: ShownFields,
  { id, created, model, style }: AnswerFacts,
): SharedAnswerOptions {
  return {
    id,
    created,
    model,
    systemFingerprint: style.systemFingerprint,
    returnTokenIds: return_token_ids ?? false,
    returnWeightVersions: return_weight_versions,
    includeUsage: style.forceIncludeUsage || (stream_options?.include_usage ?? false),
    continuousUsage: style.forceIncludeUsage || (stream_options?.continuous_usage_stats ?? false),
    promptTokensDetails: style.promptTokensDetails,
    requestMetrics: style.requestMetrics,
  };
}
