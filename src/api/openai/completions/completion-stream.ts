import type { TextDelta, TextSink } from '@app/text';
import { jsonText } from '@server/language/answers/json-text';
import { streamRequestMetricsJson } from '@server/language/answers/request-metrics';
import type { MeasuredSample } from '@server/language/answers/request-metrics';
import { streamUsageJson, usageCountsJson } from '@server/language/answers/usage';
import type { EventStream } from '@server/http/event-stream';
import { isOneSample } from './completion-answer-options.js';
import type { AnsweredPrompt, CompletionAnswerOptions, PromptEcho } from './completion-answer-options.js';
import { CompletionLogprobsWriter } from './completion-logprobs.js';

/** Where finished events go, in order. */
export type EventWriter = Pick<EventStream, 'send' | 'done' | 'fail'>;

/** Turns the deltas of all samples of all prompts into the events of one `/v1/completions` stream (completions-and-chat.md §6.1). */
export class CompletionStream {
  private readonly head: string;
  private readonly tail: string;
  private readonly choices: ChoiceState[];
  private unfinished: number;
  private cachedTokens = 0;
  private measured: MeasuredSample | undefined;
  private ended = false;

  constructor(
    private readonly options: CompletionAnswerOptions,
    private readonly events: EventWriter,
    /** Ends what still runs when one sample fails. */
    private readonly abort: () => void,
  ) {
    const { id, created, model, systemFingerprint, prompts, sampleCount } = options;
    this.head = `data: {"id":${JSON.stringify(id)},"object":"text_completion","created":${created},"model":${JSON.stringify(model)},"choices":[`;
    this.tail = systemFingerprint === null ? '' : `,"system_fingerprint":${JSON.stringify(systemFingerprint)}`;
    this.unfinished = prompts.length;
    this.choices = prompts.flatMap((prompt) =>
      Array.from({ length: sampleCount }, () => ({
        prompt,
        started: false,
        completionTokens: 0,
        logprobs: options.logprobs && new CompletionLogprobsWriter(options.logprobs),
      })),
    );
  }

  sink(promptIndex: number): TextSink {
    return {
      push: (delta) => this.push(promptIndex * this.options.sampleCount + delta.index, delta),
      fail: (error) => this.fail(error),
    };
  }

  /** The error event and the end marker; nothing follows. */
  fail(error: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.abort();
    this.events.fail(error, 'spaced');
  }

  private push(index: number, delta: TextDelta): void {
    if (this.ended) return;
    const choice = this.choices[index];
    const first = !choice.started;
    choice.started = true;
    choice.completionTokens = delta.completionTokens;
    if (delta.cachedTokens !== undefined) this.cachedTokens = delta.cachedTokens;
    this.events.send(this.chunk(index, delta, first));
    if (delta.finishReason !== undefined) this.measured = delta;
    if (delta.last && --this.unfinished === 0) this.finish();
  }

  private chunk(index: number, delta: TextDelta, first: boolean): string {
    const { returnTokenIds, returnWeightVersions, includeUsage, continuousUsage } = this.options;
    const choice = this.choices[index];
    const { prompt } = choice;
    const echo = first ? prompt.echo : undefined;
    const shown = echo && !echo.showsOutput ? { ...delta, text: '', logprobs: delta.logprobs && [] } : delta;
    const text = echo && !returnTokenIds ? echo.text + shown.text : shown.text;
    const promptTokenIds = first && (returnTokenIds || echo) ? prompt.tokenIds : undefined;
    const done = delta.finishReason !== undefined;
    const usage =
      includeUsage && continuousUsage
        ? `,"usage":${jsonText(usageCountsJson({ promptTokens: prompt.tokenIds.length, completionTokens: choice.completionTokens }))}`
        : '';
    return (
      `${this.head}{"index":${index},"text":${JSON.stringify(text)},"logprobs":${logprobsText(choice, shown, echo)}` +
      `,"finish_reason":${JSON.stringify(delta.finishReason ?? null)},"stop_reason":${JSON.stringify(delta.stopReason ?? null)}` +
      `,"prompt_token_ids":${JSON.stringify(promptTokenIds ?? null)},"token_ids":${returnTokenIds ? JSON.stringify(shown.tokenIds) : 'null'}` +
      `,"weight_versions":${returnWeightVersions && delta.weightVersions ? JSON.stringify(delta.weightVersions) : 'null'}}]${usage}${done && !includeUsage ? this.tail : ''}` +
      `,"kv_transfer_params":${done ? jsonText(delta.kvTransferParams ?? null) : 'null'}}\n\n`
    );
  }

  private finish(): void {
    this.ended = true;
    const { includeUsage, promptTokensDetails, prompts } = this.options;
    if (includeUsage) {
      const counts = {
        promptTokens: prompts.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0),
        completionTokens: this.choices.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
      };
      const usage = streamUsageJson(
        counts,
        promptTokensDetails ? { cachedTokens: this.cachedTokens, createdTokens: undefined } : undefined,
      );
      const metrics = isOneSample(this.options)
        ? streamRequestMetricsJson(this.measured, this.options.requestMetrics)
        : undefined;
      this.events.send(
        `${this.head}],"usage":${jsonText(usage)}${this.tail}${metrics ? `,"metrics":${jsonText(metrics)}` : ''}}\n\n`,
      );
    }
    this.events.done();
  }
}

interface ChoiceState {
  readonly prompt: AnsweredPrompt;
  readonly logprobs: CompletionLogprobsWriter | undefined;
  started: boolean;
  completionTokens: number;
}

function logprobsText(choice: ChoiceState, delta: TextDelta, echo: PromptEcho | undefined): string {
  if (!choice.logprobs || !delta.logprobs) return 'null';
  const positions = echo && delta.promptLogprobs ? [...delta.promptLogprobs, ...delta.logprobs] : delta.logprobs;
  return jsonText(choice.logprobs.write(positions, { firstLabel: echo?.firstLabel }));
}
