import type { GenerateRequest } from './dto/generate-request.dto.js';

/** What the answer to one generate request looks like, streamed or not. */
export interface GenerateAnswerOptions {
  readonly requestId: string;
  readonly model: string;
  readonly outputMode: GenerateRequest['output_mode'];
  readonly promptTokenIds: readonly number[];
  readonly returnTokenIds: boolean;
  readonly showsLogprobs: boolean;
  /** Of log probabilities beside text: tokens as `token_id:N`. */
  readonly asTokenIds: boolean;
  readonly includeUsage: boolean;
  readonly continuousUsage: boolean;
  /** Show how many prompt tokens came from a cache. */
  readonly promptTokensDetails: boolean;
  readonly sampleCount: number;
}
