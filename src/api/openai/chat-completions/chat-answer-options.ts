import type { ChatLogprobsOptions } from '@server/language/chat-logprobs';

/** What the answer to one chat request looks like, streamed or not. */
export interface ChatAnswerOptions {
  readonly id: string;
  /** UNIX seconds. */
  readonly created: number;
  readonly model: string;
  readonly systemFingerprint: string | null;
  readonly role: string;
  readonly promptTokenIds: readonly number[];
  /** Shown with `return_prompt_text`. */
  readonly promptText: string | undefined;
  /** With `echo`: the last message's text, when its role is the answer's. */
  readonly echo: string | undefined;
  readonly logprobs: ChatLogprobsOptions | undefined;
  readonly returnTokenIds: boolean;
  readonly returnWeightVersions: boolean;
  readonly includeUsage: boolean;
  readonly continuousUsage: boolean;
  /** Show how many prompt tokens came from a cache. */
  readonly promptTokensDetails: boolean;
  /** A named tool choice keeps the engine's finish reason. */
  readonly namedToolChoice: boolean;
  /** A tool choice of `required` or by name: an answer of calls alone has empty content, not none. */
  readonly forcedToolChoice: boolean;
  /** With `include_reasoning: false`: no thoughts, and nothing that would tell of them (log probabilities, token ids). */
  readonly hidesReasoning: boolean;
  /** Show how many tokens were thought. */
  readonly reasoningUsage: boolean;
  /** Show what the request cost in time. */
  readonly requestMetrics: boolean;
  readonly sampleCount: number;
}
