import type { ChatDelta, ChatSink } from '@app/chat';
import { jsonText } from '@server/language/answers/json-text';
import { InternalError } from '@app/errors';
import { streamRequestMetricsJson } from '@server/language/answers/request-metrics';
import type { MeasuredSample } from '@server/language/answers/request-metrics';
import type { CacheCounts } from '@server/language/answers/usage';
import { streamUsageJson } from '@server/language/answers/usage';
import { chatLogprobsJson } from '@server/language/answers/chat-logprobs';
import type { EventStream } from '@server/http/event-stream';
import type { ChatAnswerOptions } from './chat-answer-options.js';
import { toCacheCounts } from './to-cache-counts.js';
import { toDeltaJson } from './to-delta-json.js';
import { toFinishReason } from '@server/language/answers/to-finish-reason';

/** Where finished events go, in order. */
export type EventWriter = Pick<EventStream, 'send' | 'done' | 'fail'>;

type TokenCounts = Pick<ChoiceState, 'completionTokens' | 'reasoningTokens'>;

interface ChoiceState {
  started: boolean;
  completionTokens: number;
  reasoningTokens: number;
  toolCalls: number;
}

/** Turns the deltas of all samples into the events of one `/v1/chat/completions` stream (completions-and-chat.md §7.4). */
export class ChatStream implements ChatSink {
  private readonly head: string;
  private readonly tail: string;
  private readonly choices: ChoiceState[];
  private cache: CacheCounts | undefined;
  private measured: MeasuredSample | undefined;
  private ended = false;

  constructor(
    private readonly options: ChatAnswerOptions,
    private readonly events: EventWriter,
    /** Ends what still runs when one sample fails. */
    private readonly abort: () => void,
  ) {
    const { id, created, model, systemFingerprint, sampleCount } = options;
    this.head = `data: {"id":${JSON.stringify(id)},"object":"chat.completion.chunk","created":${created},"model":${JSON.stringify(model)},"choices":[`;
    this.tail = systemFingerprint === null ? '' : `,"system_fingerprint":${JSON.stringify(systemFingerprint)}`;
    this.choices = Array.from({ length: sampleCount }, () => ({
      started: false,
      completionTokens: 0,
      reasoningTokens: 0,
      toolCalls: 0,
    }));
  }

  push(delta: ChatDelta): void {
    if (this.ended) return;
    if (!this.choices[delta.index].started) this.start();
    const choice = this.choices[delta.index];
    choice.completionTokens = delta.completionTokens;
    choice.reasoningTokens = delta.reasoningTokens ?? 0;
    choice.toolCalls += delta.events.filter(({ type }) => type === 'tool-call-start').length;
    this.cache = toCacheCounts(delta) ?? this.cache;
    const done = delta.finishReason !== undefined;
    if (done) {
      this.measured = delta;
      this.events.send(this.terminalChunk(delta));
    } else if (delta.events.length > 0 || this.showsTokens) {
      this.events.send(this.deltaChunk(delta));
    }
    if (delta.last) this.finish();
  }

  /** A step without anything to say has something to show. */
  private get showsTokens(): boolean {
    const { logprobs, returnTokenIds, hidesReasoning } = this.options;
    return !hidesReasoning && (logprobs !== undefined || returnTokenIds);
  }

  /** The error event and the end marker; nothing follows. What fails by the engine's own word has begun, so its role goes out first. */
  fail(error: unknown): void {
    if (this.ended) return;
    if (error instanceof InternalError && !this.choices[0].started) this.start();
    this.ended = true;
    this.abort();
    this.events.fail(error, 'compact');
  }

  /** The role of every choice goes out with the first output of any, then what `echo` repeats. */
  private start(): void {
    const { role, promptTokenIds, promptText, returnTokenIds, echo } = this.options;
    this.choices.forEach((choice, index) => {
      choice.started = true;
      const delta = `{"role":${JSON.stringify(role)},"content":""}`;
      this.events.send(
        `${this.head}{"index":${index},"delta":${delta},"logprobs":null,"finish_reason":null}]${this.usage({ completionTokens: 0, reasoningTokens: 0 })}` +
          `,"prompt_token_ids":${returnTokenIds ? JSON.stringify(promptTokenIds) : 'null'}` +
          `,"prompt_text":${JSON.stringify(promptText ?? null)}}\n\n`,
      );
    });
    if (!echo) return;
    this.choices.forEach((_, index) => {
      const delta = `{"content":${JSON.stringify(echo)}}`;
      this.events.send(
        `${this.head}{"index":${index},"delta":${delta},"logprobs":null,"finish_reason":null}]${this.usage({ completionTokens: 0, reasoningTokens: 0 })}}\n\n`,
      );
    });
  }

  private deltaChunk(delta: ChatDelta): string {
    return (
      `${this.head}{"index":${delta.index},"delta":${toDeltaJson(delta.events, this.options)},"logprobs":${this.logprobs(delta)}` +
      `,"finish_reason":null,"token_ids":${this.tokenIds(delta)}}]${this.usage(this.choices[delta.index])}` +
      `,"kv_transfer_params":null}\n\n`
    );
  }

  private terminalChunk(delta: ChatDelta): string {
    const { namedToolChoice, includeUsage, returnWeightVersions } = this.options;
    const finishReason = toFinishReason(
      delta.finishReason,
      this.choices[delta.index].toolCalls > 0 && !namedToolChoice,
    );
    return (
      `${this.head}{"index":${delta.index},"delta":${toDeltaJson(delta.events, this.options)},"logprobs":${this.logprobs(delta)}` +
      `,"finish_reason":${JSON.stringify(finishReason)},"stop_reason":${JSON.stringify(delta.stopReason ?? null)}` +
      `,"token_ids":${this.tokenIds(delta)},"weight_versions":${returnWeightVersions && delta.weightVersions ? JSON.stringify(delta.weightVersions) : 'null'}}]${this.usage(this.choices[delta.index])}` +
      `${includeUsage ? '' : this.tail},"kv_transfer_params":${jsonText(delta.kvTransferParams ?? null)}}\n\n`
    );
  }

  private finish(): void {
    this.ended = true;
    const { includeUsage, promptTokensDetails, promptTokenIds, reasoningUsage, requestMetrics, sampleCount } =
      this.options;
    if (includeUsage) {
      const counts = {
        promptTokens: promptTokenIds.length,
        completionTokens: this.choices.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
        reasoningTokens: reasoningUsage
          ? this.choices.reduce((sum, { reasoningTokens }) => sum + reasoningTokens, 0)
          : undefined,
      };
      const usage = streamUsageJson(counts, promptTokensDetails ? this.cache : undefined);
      const metrics = sampleCount === 1 ? streamRequestMetricsJson(this.measured, requestMetrics) : undefined;
      this.events.send(
        `${this.head}],"usage":${jsonText(usage)}${this.tail}${metrics ? `,"metrics":${jsonText(metrics)}` : ''}}\n\n`,
      );
    }
    this.events.done();
  }

  private usage({ completionTokens, reasoningTokens }: TokenCounts): string {
    const { includeUsage, continuousUsage, promptTokenIds, reasoningUsage } = this.options;
    if (!includeUsage || !continuousUsage) return '';
    const promptTokens = promptTokenIds.length;
    return (
      `,"usage":{"prompt_tokens":${promptTokens},"total_tokens":${promptTokens + completionTokens}` +
      `,"completion_tokens":${completionTokens},"completion_tokens_details":${reasoningUsage ? `{"reasoning_tokens":${reasoningTokens}}` : 'null'}}`
    );
  }

  private logprobs(delta: ChatDelta): string {
    const { logprobs, hidesReasoning } = this.options;
    return logprobs && delta.logprobs && !hidesReasoning ? jsonText(chatLogprobsJson(delta, logprobs)) : 'null';
  }

  private tokenIds(delta: ChatDelta): string {
    const { returnTokenIds, hidesReasoning } = this.options;
    return returnTokenIds && !hidesReasoning ? JSON.stringify(delta.tokenIds) : 'null';
  }
}
