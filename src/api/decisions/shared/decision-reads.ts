import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Chat } from '@app/chat';
import { InternalError, InvalidRequestError } from '@app/errors';
import type { PreparedText, Text, TextDelta, TextRequest } from '@app/text';
import { collectSamples } from '@server/language/answers/collect-samples';
import { compensatedSum } from '@server/language/label-reads/compensated-sum';
import { exp } from '@server/language/label-reads/exp';
import { toLabelLogprobs } from '@server/language/label-reads/label-logprobs';
import { softmax } from '@server/language/label-reads/softmax';
import { checkPromptTokens } from '@server/language/requests/prompt-tokens.rule';
import { toQuestionText } from './closed-question.js';
import type { ClosedQuestion } from './closed-question.js';
import { endsWith } from './label-tokens.js';
import type { LabelTokens } from './label-tokens.js';

/** Most questions of one request: each is a request of its own for the engine. */
export const MAX_QUESTIONS = 64;

/** What all questions of one request share. */
export interface DecisionRequest {
  /** Base of the engine's ids. */
  readonly requestId: string;
  /** What the questions are about. */
  readonly subject: string;
  /** Becomes the system message. */
  readonly instructions?: string | undefined;
  readonly templateKwargs?: Readonly<Record<string, unknown>> | undefined;
  /** The adapter to read with. */
  readonly lora: TextRequest['lora'];
  readonly cacheSalt: string | undefined;
  readonly priority: number | undefined;
  readonly dataParallelRank: number | undefined;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

/** What the model makes of one question. */
export interface DecisionRead {
  /** Of each label, among the labels: they add up to 1. */
  readonly probabilities: readonly number[];
  /** Probability of all labels together, in the whole vocabulary. */
  readonly labelMass: number;
  /** The likeliest token of the whole vocabulary is a label. */
  readonly argmaxIsLabel: boolean;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
  readonly cacheCreationTokens: number;
}

/** Greedy and neutral: the operator's sampling defaults are for answers, not for reads. */
const READ_SAMPLING = {
  temperature: 0,
  topP: 1,
  topK: 0,
  minP: 0,
  repetitionPenalty: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
  maxTokens: 1,
  maxTokensField: 'max_tokens',
  outputKind: 'cumulative',
} as const;

/** Answers closed questions by the probabilities of their labels as the first token of the reply (routes.md §7.1). */
export class DecisionReads {
  constructor(
    private readonly chat: Chat,
    private readonly labels: LabelTokens,
  ) {}

  /** One read for each question. Rejects with the fault of the request before anything has gone to the engine. */
  async read(questions: readonly ClosedQuestion[], request: DecisionRequest): Promise<DecisionRead[]> {
    checkThinking(request);
    const prepared: PreparedText[] = [];
    let tokens = 0;
    for (const [index, question] of questions.entries()) {
      await nextTurn();
      request.signal.throwIfAborted();
      const text = await this.prepare(question, request, `${request.requestId}-${index}`);
      tokens += text.promptTokenIds.length;
      checkPromptTokens(tokens, 'questions');
      prepared.push(text);
    }
    const samples = await collectSamples<TextDelta>(prepared, request.signal);
    return samples.map(([sample], index) =>
      this.toRead(sample, questions[index], prepared[index].promptTokenIds.length),
    );
  }

  private get text(): Text {
    return this.chat.text;
  }

  private async prepare(
    question: ClosedQuestion,
    { subject, instructions, templateKwargs, signal, ...shared }: DecisionRequest,
    requestId: string,
  ): Promise<PreparedText> {
    const rendered = await this.chat.render({
      messages: [
        ...(instructions ? [{ role: 'system', content: instructions }] : []),
        { role: 'user', content: toQuestionText(subject, question) },
      ],
      addGenerationPrompt: true,
      continueFinalMessage: false,
      kwargs: { enable_thinking: false, ...templateKwargs },
      signal,
    });
    const request: TextRequest = {
      ...shared,
      requestId,
      prompt: { type: 'text', text: rendered, addSpecialTokens: false },
      sampling: { ...READ_SAMPLING, logprobTokenIds: this.idsOf(question) },
      stream: false,
    };
    const prepared = await this.text.prepare(request);
    if (!endsWith(prepared.promptTokenIds, this.labels.tail)) {
      throw new InvalidRequestError("these chat options end the prompt differently, so the labels' tokens are unknown");
    }
    return prepared;
  }

  private idsOf({ labels }: ClosedQuestion): number[] {
    return labels.map((label) => this.labels.idOf.get(label) ?? -1);
  }

  private toRead(sample: TextDelta, question: ClosedQuestion, promptTokens: number): DecisionRead {
    const ids = this.idsOf(question);
    const [row] = sample.logprobs ?? [];
    if (row === undefined) throw new InternalError('The engine gave no log probabilities of the labels.');
    const logprobs = toLabelLogprobs(row, ids);
    return {
      probabilities: softmax(logprobs),
      labelMass: compensatedSum(logprobs.map(exp)),
      argmaxIsLabel: ids.includes(sample.tokenIds[0]),
      promptTokens,
      completionTokens: sample.completionTokens,
      cachedTokens: sample.cachedTokens ?? 0,
      cacheCreationTokens: sample.cacheCreationTokens ?? 0,
    };
  }
}

function checkThinking({ templateKwargs }: DecisionRequest): void {
  if (templateKwargs?.enable_thinking) {
    throw new InvalidRequestError("a read is the reply's first token, so thinking must be off");
  }
}
