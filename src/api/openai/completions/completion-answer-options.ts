import type { SharedAnswerOptions } from '@server/api/openai/shared/to-shared-answer-options';
import type { CompletionLogprobsOptions } from './completion-logprobs.js';

/** What the answer to one completion request looks like, streamed or not. */
export interface CompletionAnswerOptions extends SharedAnswerOptions {
  readonly logprobs: CompletionLogprobsOptions | undefined;
  readonly sampleCount: number;
  readonly prompts: readonly AnsweredPrompt[];
}

export interface AnsweredPrompt {
  readonly tokenIds: readonly number[];
  readonly echo: PromptEcho | undefined;
}

/** The prompt in front of the answer. */
export interface PromptEcho {
  readonly text: string;
  /** Label of the prompt's first token, the one without a probability. */
  readonly firstLabel: string;
  /** False with `max_tokens: 0`: the one token that the engine made is not shown. */
  readonly showsOutput: boolean;
}

/** What one sample cost can be told; of several there is no one answer. */
export function isOneSample({ prompts, sampleCount }: CompletionAnswerOptions): boolean {
  return prompts.length === 1 && sampleCount === 1;
}
