import type { PlainJsonCalls } from '@app/chat';
import type { SharedAnswerOptions } from '@server/api/openai/shared/to-shared-answer-options';
import type { ChatLogprobsOptions } from '@server/language/answers/chat-logprobs';
import type { AnswerMessageOptions } from '@server/language/answers/to-answer-message';
import type { ReadingOptions } from '@server/language/answers/to-reading-options';

/** What decides how one choice looks. */
export interface ChatChoiceOptions
  extends AnswerMessageOptions, ReadingOptions, Pick<SharedAnswerOptions, 'returnTokenIds' | 'returnWeightVersions'> {
  readonly logprobs: ChatLogprobsOptions | undefined;
  /** Forced calls come as plain JSON: several, or one of a name. */
  readonly plainJsonCalls: PlainJsonCalls | undefined;
}

/** What the answer to one chat request looks like, streamed or not. */
export interface ChatAnswerOptions extends SharedAnswerOptions, ChatChoiceOptions {
  readonly promptTokenIds: readonly number[];
  /** Shown with `return_prompt_text`. */
  readonly promptText: string | undefined;
  readonly sampleCount: number;
}
