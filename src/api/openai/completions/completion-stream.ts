import type { TextDelta, TextSink } from '@app/text';
import { jsonText } from '@server/api/openai/shared/json-text.js';
import { streamUsageJson, usageCountsJson } from '@server/api/openai/shared/usage.js';
import type { EventStream } from '@server/http/event-stream.js';
import type { CompletionLogprobsOptions } from './completion-logprobs.js';
import { CompletionLogprobsWriter } from './completion-logprobs.js';

/** What every event of one stream shares. */
export interface CompletionStreamOptions {
  readonly id: string;
  /** UNIX seconds. */
  readonly created: number;
  readonly model: string;
  readonly systemFingerprint: string | null;
  readonly logprobs: CompletionLogprobsOptions | undefined;
  readonly returnTokenIds: boolean;
  readonly includeUsage: boolean;
  readonly continuousUsage: boolean;
  /** Show how many prompt tokens came from a cache. */
  readonly promptTokensDetails: boolean;
  readonly sampleCount: number;
  readonly prompts: readonly StreamedPrompt[];
}

export interface StreamedPrompt {
  readonly tokenIds: readonly number[];
  /** With `echo`: the prompt's text, and its first token's (the one without a probability). */
  readonly echo: { readonly text: string; readonly firstToken: string; readonly generates: boolean } | undefined;
}

/** Where finished events go, in order. */
export type EventWriter = Pick<EventStream, 'send' | 'done' | 'fail'>;

/** Turns the deltas of all samples of all prompts into the events of one `/v1/completions` stream (completions-and-chat.md §6.1). */
export class CompletionStream {
  private readonly head: string;
  private readonly tail: string;
  private readonly choices: ChoiceState[];
  private unfinished: number;
  private cachedTokens = 0;
  private ended = false;

  constructor(
    private readonly options: CompletionStreamOptions,
    private readonly events: EventWriter,
  ) {
    const { id, created, model, systemFingerprint, prompts, sampleCount } = options;
    this.head = `data: {"id":${JSON.stringify(id)},"object":"text_completion","created":${created},"model":${JSON.stringify(model)},"choices":[`;
    this.tail = `,"system_fingerprint":${JSON.stringify(systemFingerprint)}`;
    this.unfinished = prompts.length * sampleCount;
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
    if (delta.finishReason !== undefined && --this.unfinished === 0) this.finish();
  }

  private chunk(index: number, delta: TextDelta, first: boolean): string {
    const { returnTokenIds, includeUsage, continuousUsage } = this.options;
    const choice = this.choices[index];
    const { prompt } = choice;
    const echo = first ? prompt.echo : undefined;
    const shown =
      echo && !echo.generates ? { ...delta, text: '', tokenIds: [], logprobs: delta.logprobs && [] } : delta;
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
      `,"weight_versions":null}]${usage}${done && !includeUsage ? this.tail : ''}` +
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
      const usage = streamUsageJson(counts, promptTokensDetails ? this.cachedTokens : undefined);
      this.events.send(`${this.head}],"usage":${jsonText(usage)}${this.tail}}\n\n`);
    }
    this.events.done();
  }
}

interface ChoiceState {
  readonly prompt: StreamedPrompt;
  readonly logprobs: CompletionLogprobsWriter | undefined;
  started: boolean;
  completionTokens: number;
}

function logprobsText(choice: ChoiceState, delta: TextDelta, echo: StreamedPrompt['echo']): string {
  if (!choice.logprobs || !delta.logprobs) return 'null';
  const positions = echo && delta.promptLogprobs ? [...delta.promptLogprobs, ...delta.logprobs] : delta.logprobs;
  return jsonText(choice.logprobs.write(positions, echo?.firstToken));
}
