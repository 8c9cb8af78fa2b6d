import type { EngineMetrics } from '@app/metrics';
import type { RequestStats, RequestSummary, TextListener, TokenStats } from '@app/text';

/** All requests of a front end that has one engine, or does not know which one served. */
const ENGINE_INDEX = 0;

/** Feeds what requests cost into the metrics; tokens of one engine step become one observation. */
export class TextStatistics implements TextListener {
  private step = { timestamp: NaN, computedPrompt: 0, generated: 0 };
  private scheduled = false;

  constructor(private readonly metrics: EngineMetrics) {}

  onTokens({ timestamp, generatedTokens, first, interTokenSeconds }: TokenStats): void {
    if (timestamp !== this.step.timestamp) {
      this.flush();
      this.step = { timestamp, computedPrompt: 0, generated: 0 };
    }
    this.step.generated += generatedTokens;
    if (first) {
      const { timeToFirstTokenSeconds: seconds, promptTokens, cachedTokens } = first;
      this.step.computedPrompt += promptTokens - cachedTokens;
      this.metrics.observeFirstToken(ENGINE_INDEX, { seconds, promptTokens, cachedTokens });
    }
    if (interTokenSeconds !== undefined) {
      this.metrics.observeInterTokenLatency(ENGINE_INDEX, interTokenSeconds);
    }
    if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(() => this.flush());
    }
  }

  onFinished(stats: RequestStats): void {
    this.metrics.observeFinished({ engineIndex: ENGINE_INDEX, ...stats });
  }

  onRequestFinished({ sampleCount, maxGenerationTokens }: RequestSummary): void {
    this.metrics.observeRequest(ENGINE_INDEX, { n: sampleCount, maxGenerationTokens });
  }

  private flush(): void {
    this.scheduled = false;
    const { computedPrompt, generated } = this.step;
    if (generated === 0) return;
    this.metrics.observeIteration(ENGINE_INDEX, { computedPrompt, generated });
    this.step = { timestamp: NaN, computedPrompt: 0, generated: 0 };
  }
}
