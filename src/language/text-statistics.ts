import type { EngineMetrics } from '@app/metrics';
import type { RequestStats, RequestSummary, TextListener, TokenStats } from '@app/text';

/** What one step of an engine brought, as far as it was heard. */
interface EngineStep {
  timestamp: number;
  computedPrompt: number;
  generated: number;
}

const noStep = (): EngineStep => ({ timestamp: NaN, computedPrompt: 0, generated: 0 });

/** Feeds what requests cost into the metrics; tokens of one step of an engine become one observation. */
export class TextStatistics implements TextListener {
  /** By engine. */
  private readonly steps: EngineStep[];
  private scheduled = false;

  constructor(
    private readonly metrics: EngineMetrics,
    engineCount: number,
  ) {
    this.steps = Array.from({ length: engineCount }, noStep);
  }

  onTokens({ timestamp, generatedTokens, first, interTokenSeconds }: TokenStats, engineIndex: number): void {
    if (timestamp !== this.steps[engineIndex].timestamp) {
      this.flush(engineIndex);
      this.steps[engineIndex].timestamp = timestamp;
    }
    const step = this.steps[engineIndex];
    step.generated += generatedTokens;
    if (first) {
      const { timeToFirstTokenSeconds: seconds, promptTokens, cachedTokens } = first;
      step.computedPrompt += promptTokens - cachedTokens;
      this.metrics.observeFirstToken(engineIndex, { seconds, promptTokens, cachedTokens });
    }
    if (interTokenSeconds !== undefined) {
      this.metrics.observeInterTokenLatency(engineIndex, interTokenSeconds);
    }
    if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(() => this.flushAll());
    }
  }

  onFinished(stats: RequestStats, engineIndex: number): void {
    this.metrics.observeFinished({ engineIndex, ...stats });
  }

  onRequestFinished({ sampleCount, maxGenerationTokens }: RequestSummary, engineIndex: number): void {
    this.metrics.observeRequest(engineIndex, { n: sampleCount, maxGenerationTokens });
  }

  private flushAll(): void {
    this.scheduled = false;
    this.steps.forEach((_, engineIndex) => this.flush(engineIndex));
  }

  private flush(engineIndex: number): void {
    const { computedPrompt, generated } = this.steps[engineIndex];
    if (generated === 0) return;
    this.metrics.observeIteration(engineIndex, { computedPrompt, generated });
    this.steps[engineIndex] = noStep();
  }
}
