import type { SharedAnswerOptions } from '@server/api/openai/shared/to-shared-answer-options';
import type { ChatLogprobsOptions } from '@server/language/answers/chat-logprobs';

/** What decides how one choice looks. */
export interface ChatChoiceOptions extends Pick<SharedAnswerOptions, 'returnTokenIds' | 'returnWeightVersions'> {
  readonly role: string;
  /** With `echo`: the last message's text, when its role is the answer's. */
  readonly echo: string | undefined;
  readonly logprobs: ChatLogprobsOptions | undefined;
  /** A named tool choice keeps the engine's finish reason. */
  readonly namedToolChoice: boolean;
  /** A tool choice of `required` or by name: an answer of calls alone has empty content, not none. */
  readonly forcedToolChoice: boolean;
  /** With `include_reasoning: false`: no thoughts, and nothing that would tell of them (log probabilities, token ids). */
  readonly hidesReasoning: boolean;
  /** Show how many tokens were thought. */
  readonly reasoningUsage: boolean;
}

/** What the answer to one chat request looks like, streamed or not. */
export interface ChatAnswerOptions extends SharedAnswerOptions, ChatChoiceOptions {
  readonly promptTokenIds: readonly number[];
  /** Shown with `return_prompt_text`. */
  readonly promptText: string | undefined;
  readonly sampleCount: number;
}
