import type { AnswerReading } from '@app/chat';
import type { AnswerMessageOptions } from '@server/language/answers/to-answer-message';
import type { ReadingOptions } from '@server/language/answers/to-reading-options';
import type { GenerateRequest } from './dto/generate-request.dto.js';

/** What the answer to one generate request looks like, streamed or not. */
export interface GenerateAnswerOptions {
  readonly requestId: string;
  readonly model: string;
  readonly outputMode: GenerateRequest['output_mode'];
  readonly promptTokenIds: readonly number[];
  readonly returnTokenIds: boolean;
  readonly showsLogprobs: boolean;
  /** Alternatives beside each token; undefined = all the engine gave. */
  readonly logprobsLimit: number | undefined;
  /** Of log probabilities beside text: tokens as `token_id:N`. */
  readonly asTokenIds: boolean;
  readonly includeUsage: boolean;
  readonly continuousUsage: boolean;
  /** Show how many prompt tokens came from a cache. */
  readonly promptTokensDetails: boolean;
  readonly sampleCount: number;
  /** With `output_mode: derender`: how the text is read, and what the message shows. */
  readonly message: MessageOptions | undefined;
}

export interface MessageOptions extends AnswerMessageOptions, ReadingOptions {
  readonly reading: AnswerReading;
}
