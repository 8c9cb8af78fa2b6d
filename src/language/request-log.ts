import type { Logger, LogText } from '@app/logging';
import type { PreparedText, TextDelta, TextSink } from '@app/text';
import { textOf } from '@app/tokenization';

export interface RequestLogOptions {
  readonly logger: Logger;
  readonly text: LogText;
  /** What the model writes, too. */
  readonly outputs: boolean;
  /** Of streams, every piece. */
  readonly deltas: boolean;
}

/** `--enable-log-requests` and `--enable-log-outputs` (errors-auth-middleware.md §4). Ids of requests are safe; every other text of theirs goes through `LogText`. */
export class RequestLog {
  private readonly isDetailed: boolean;

  constructor(private readonly options: RequestLogOptions) {
    this.isDetailed = options.logger.isLevelEnabled('debug');
  }

  received({ request, promptTokenIds, sampling }: PreparedText): void {
    const { logger, text } = this.options;
    const { requestId, prompt, lora } = request;
    logger.info({ params: text.ofJson(sampling), lora_request: lora?.name ?? null }, `Received request ${requestId}`);
    if (!this.isDetailed) return;
    const facts = {
      prompt: prompt.type === 'text' ? text.of(textOf(prompt.text)) : null,
      prompt_token_ids: text.ofList(promptTokenIds),
    };
    logger.debug(facts, `Request ${requestId} details`);
  }

  /** The sink that hears of the same and logs it. */
  hearing(sink: TextSink, { requestId, stream }: PreparedText['request']): TextSink {
    const { outputs, deltas } = this.options;
    if (!outputs) return sink;
    const samples = new Map<number, GrowingOutput>();
    return {
      push: (delta) => {
        const output = samples.get(delta.index) ?? new GrowingOutput(this.options.text);
        samples.set(delta.index, output);
        output.add(delta);
        if (stream && deltas) this.tell(`Generated response ${requestId} (streaming delta)`, delta, delta);
        if (delta.finishReason !== undefined) {
          this.tell(`Generated response ${requestId}${stream ? ' (streaming complete)' : ''}`, output, delta);
        }
        sink.push(delta);
      },
      fail: (error) => sink.fail(error),
    };
  }

  private tell(
    message: string,
    { text, tokenIds }: Pick<TextDelta, 'text' | 'tokenIds'>,
    { index, finishReason }: TextDelta,
  ): void {
    const { logger, text: shown } = this.options;
    const ids = this.isDetailed ? { output_token_ids: shown.ofList(tokenIds) } : {};
    logger.info({ index, output: shown.of(text), ...ids, finish_reason: finishReason ?? null }, message);
  }
}

/** As much of a sample as a line would show. */
class GrowingOutput {
  text = '';
  readonly tokenIds: number[] = [];

  constructor(private readonly shown: LogText) {}

  add({ text, tokenIds }: TextDelta): void {
    if (this.shown.takesMore(this.text.length)) this.text += text;
    if (this.shown.takesMore(this.tokenIds.length)) this.tokenIds.push(...tokenIds);
  }
}
