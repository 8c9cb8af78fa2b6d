import { countCalls } from '@app/chat';
import type { AnswerReading, Chat } from '@app/chat';
import type { ReadingSampling } from '@app/text';
import type { RequestContext } from '@server/http/request-context';
import type { AnswerStyle } from '@server/language/answer-style';
import type { ChatLogprobsOptions } from '@server/language/answers/chat-logprobs';
import { toReadingOptions } from '@server/language/answers/to-reading-options';
import type { ChatChoiceOptions } from '../chat-answer-options.js';
import type { ChatCompletionRequest } from '../dto/chat-completion-request.dto.js';
import { toChatLogprobsOptions } from '../to-chat-logprobs-options.js';
import { toChatRequest } from '../to-chat-request.js';

/** How tokens that answer one chat are read, and what the answer shows of them. */
export interface ChatReading {
  readonly reading: AnswerReading;
  readonly sampling: ReadingSampling;
  readonly choice: ChatChoiceOptions;
  readonly logprobs: ChatLogprobsOptions;
}

export interface ChatReadingFacts {
  readonly chat: Chat;
  readonly style: AnswerStyle;
  readonly context: RequestContext;
  /** Of the prompt that was answered; empty when it is not known. */
  readonly promptTokenIds: readonly number[];
}

/** `body`: the chat request that was rendered. Without one, what its fields stand at when nothing is given, and all log probabilities. */
export async function toChatReading(
  body: ChatCompletionRequest | undefined,
  { chat, style, context, promptTokenIds }: ChatReadingFacts,
): Promise<ChatReading> {
  const request = body && toChatRequest(body, '', context);
  const reading = chat.reading({
    tools: request?.prompt.tools,
    toolChoice: request?.toolChoice,
    parallelToolCalls: request?.parallelToolCalls,
    includeReasoning: request?.includeReasoning,
    templateKwargs: request ? chat.templateKwargs(request.prompt) : {},
    promptText: await chat.promptTextOf(promptTokenIds),
    priorCalls: request && countCalls(request.prompt.messages),
  });
  return {
    reading,
    sampling: {
      ...request?.sampling,
      ...reading.specialTokens(request?.sampling.skipSpecialTokens ?? chat.text.defaults.skipSpecialTokens),
    },
    choice: {
      ...toReadingOptions(body, chat),
      role: style.responseRole,
      echo: undefined,
      reasoningContent: style.reasoningContent,
      logprobs: undefined,
      plainJsonCalls: reading.plainJsonCalls,
      returnTokenIds: body?.return_token_ids ?? false,
      returnWeightVersions: false,
    },
    logprobs: toChatLogprobsOptions(body, style),
  };
}
