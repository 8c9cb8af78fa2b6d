import type { EngineMetrics } from '@app/metrics';
import type { RequestStats, RequestSummary, SamplePlace, TextListener, TokenStats } from '@app/text';

/** What one step of an engine brought, as far as it was heard. */
interface EngineStep {
  readonly timestamp: number;
  computedPrompt: number;
  generated: number;
}

/** Feeds what requests cost into the metrics; tokens of one step of an engine become one observation. */
export class TextStatistics implements TextListener {
  /** By engine; engines may join while the server runs. */
  private readonly steps = new Map<number, EngineStep>();
  private scheduled = false;

  constructor(private readonly metrics: EngineMetrics) {}

  onTokens({ timestamp, generatedTokens, first, interTokenSeconds }: TokenStats, engineIndex: number): void {
    const step = this.stepAt(timestamp, engineIndex);
    step.generated += generatedTokens;
    if (first) {
      const { timeToFirstTokenSeconds: seconds, ...prompt } = first;
      step.computedPrompt += prompt.promptTokens - prompt.cachedTokens;
      this.metrics.observeFirstToken(engineIndex, { seconds, ...prompt });
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

  onAdapter(adapter: string, requestId: string, place: SamplePlace | 'over'): void {
    this.metrics.observeAdapter(adapter, requestId, place);
  }

  private flushAll(): void {
    this.scheduled = false;
    this.steps.forEach((step, engineIndex) => this.flush(step, engineIndex));
    this.steps.clear();
  }

  /** The step of this moment; the one before is over. */
  private stepAt(timestamp: number, engineIndex: number): EngineStep {
    const latest = this.steps.get(engineIndex);
    if (latest?.timestamp === timestamp) return latest;
    if (latest !== undefined) this.flush(latest, engineIndex);
    const step = { timestamp, computedPrompt: 0, generated: 0 };
    this.steps.set(engineIndex, step);
    return step;
  }

  private flush({ computedPrompt, generated }: EngineStep, engineIndex: number): void {
    if (generated > 0) this.metrics.observeIteration(engineIndex, { computedPrompt, generated });
  }
}
