import type { TextDelta, TextSink } from '@app/text';
import type { EventStream } from '@server/http/event-stream';
import { jsonText } from '@server/language/answers/json-text';
import { streamUsageJson, usageJson } from '@server/language/answers/usage';
import type { GenerateAnswerOptions } from './generate-answer-options.js';
import { toChoice } from './to-choice.js';

/** Where finished events go, in order. */
export type EventWriter = Pick<EventStream, 'sendJson' | 'done' | 'fail'>;

/** Turns the deltas of all samples into the events of one `/inference/v1/generate` stream (other-endpoints.md §8). */
export class GenerateStream implements TextSink {
  private readonly completionTokens: number[];
  private cachedTokens = 0;
  private showsPrompt: boolean;
  private ended = false;

  constructor(
    private readonly options: GenerateAnswerOptions,
    private readonly events: EventWriter,
    /** Ends what still runs when one sample fails. */
    private readonly abort: () => void,
  ) {
    this.completionTokens = Array.from({ length: options.sampleCount }, () => 0);
    this.showsPrompt = options.returnTokenIds;
  }

  push(delta: TextDelta): void {
    if (this.ended) return;
    this.completionTokens[delta.index] = delta.completionTokens;
    this.cachedTokens = delta.cachedTokens ?? this.cachedTokens;
    this.events.sendJson(this.chunk(delta));
    if (delta.last) this.finish();
  }

  /** The error event and the end marker; nothing follows. */
  fail(error: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.abort();
    this.events.fail(error, 'spaced');
  }

  private chunk(delta: TextDelta): string {
    const { requestId, outputMode, promptTokenIds, continuousUsage } = this.options;
    const prompt = this.showsPrompt ? promptTokenIds : undefined;
    this.showsPrompt = false;
    const counts = { promptTokens: promptTokenIds.length, completionTokens: delta.completionTokens };
    return jsonText({
      request_id: requestId,
      usage: continuousUsage ? usageJson(counts, undefined) : null,
      prompt_token_ids: prompt,
      output_mode: outputMode,
      choices: [toChoice(this.options, delta)],
    });
  }

  private finish(): void {
    this.ended = true;
    const { requestId, outputMode, promptTokenIds, includeUsage, promptTokensDetails } = this.options;
    if (includeUsage) {
      const completionTokens = this.completionTokens.reduce((sum, count) => sum + count, 0);
      const cache = promptTokensDetails ? { cachedTokens: this.cachedTokens, createdTokens: undefined } : undefined;
      this.events.sendJson(
        jsonText({
          request_id: requestId,
          usage: streamUsageJson({ promptTokens: promptTokenIds.length, completionTokens }, cache),
          output_mode: outputMode,
          choices: [],
        }),
      );
    }
    this.events.done();
  }
}
