import type { ServerError } from '@app/errors';
import type { Engine, EngineOutput, EngineRequest, FinishReason, OutputSink } from '@app/engine-protocol';
import type { TextGeneration } from './prepared-text.js';
import { RequestTimer } from './request-stats.js';
import type { RequestTimerOptions, TextListener } from './request-stats.js';
import { SampleStream } from './sample-stream.js';
import type { SampleStreamOptions } from './sample-stream.js';
import type { TextSink } from './text-delta.js';
import { toEngineFault } from './to-engine-fault.js';

export interface TextRunOptions {
  readonly engine: Engine;
  readonly sink: TextSink;
  readonly listener: TextListener;
  /** One per sample. */
  readonly requests: readonly EngineRequest[];
  readonly stream: Omit<SampleStreamOptions, 'index' | 'sampling'>;
  readonly timer: RequestTimerOptions;
  /** Called once, when nothing of the run is left. */
  readonly onEnd: () => void;
}

interface RunningSample {
  readonly requestId: string;
  readonly stream: SampleStream;
  readonly timer: RequestTimer;
}

/** The samples of one request while the engine works on them. One that fails takes the others with it. */
export class TextRun implements TextGeneration {
  readonly promptTokenIds: readonly number[];
  /** The samples that the engine still works on, by their ids there. */
  private readonly running = new Map<string, RunningSample>();
  private unfinished: number;
  private ended = false;
  private maxGenerationTokens = 0;

  constructor(private readonly options: TextRunOptions) {
    this.promptTokenIds = options.stream.promptTokenIds;
    this.unfinished = options.requests.length;
  }

  /** Throws what the engine throws when it cannot take a sample; those it took are aborted. */
  start(): this {
    const { engine, requests } = this.options;
    for (const [index, request] of requests.entries()) {
      // An engine in this process may fail the request while it is being added.
      if (this.ended) {
        break;
      }
      const sample = this.createSample(request, index);
      this.running.set(request.requestId, sample);
      try {
        engine.add(request, this.createSink(sample));
      } catch (error) {
        this.running.delete(request.requestId);
        this.abort();
        throw error;
      }
    }
    return this;
  }

  /** Ends the samples with what they have: each gets a last delta with finish reason `abort`. */
  cancel(): void {
    const samples = [...this.running.values()];
    this.options.engine.abort(samples.map(({ requestId }) => requestId));
    for (const sample of samples) {
      this.push({ requestId: sample.requestId, newTokenIds: [], finishReason: 'abort' }, 0, sample);
    }
  }

  abort(): void {
    this.end();
    const ids = [...this.running.keys()];
    this.running.clear();
    if (ids.length > 0) {
      this.options.engine.abort(ids);
    }
  }

  private createSample({ requestId, sampling }: EngineRequest, index: number): RunningSample {
    const stream = new SampleStream({ ...this.options.stream, index, sampling });
    return { requestId, stream, timer: new RequestTimer(this.options.timer) };
  }

  private createSink(sample: RunningSample): OutputSink {
    const { requestId } = sample;
    return {
      push: (output, timestamp) => {
        if (this.running.has(requestId)) {
          this.push(output, timestamp, sample);
        }
      },
      fail: (error) => {
        if (this.running.delete(requestId)) {
          this.fail(error);
        }
      },
    };
  }

  private push(output: EngineOutput, timestamp: number, { requestId, stream, timer }: RunningSample): void {
    const { engine, sink, listener } = this.options;
    if (output.finishReason !== undefined) {
      this.running.delete(requestId);
    }
    const tokens = timer.record(output, timestamp);
    if (tokens) {
      listener.onTokens?.(tokens);
    }
    if (output.finishReason === 'error') {
      listener.onFinished?.(timer.finish('error'));
      this.fail(toEngineFault(output.error));
      return;
    }
    const delta = stream.push(output);
    if (!delta) {
      return;
    }
    if (delta.finishReason !== undefined) {
      if (this.running.delete(requestId)) {
        // Found by a stop string, which the engine does not know.
        engine.abort([requestId]);
      }
      this.finishSample(timer, delta.finishReason);
    }
    sink.push(delta);
  }

  private finishSample(timer: RequestTimer, finishReason: FinishReason): void {
    const { listener, requests } = this.options;
    listener.onFinished?.(timer.finish(finishReason));
    this.maxGenerationTokens = Math.max(this.maxGenerationTokens, timer.generationTokens);
    this.unfinished -= 1;
    if (this.unfinished === 0) {
      this.end();
      listener.onRequestFinished?.({
        sampleCount: requests.length,
        maxGenerationTokens: this.maxGenerationTokens,
      });
    }
  }

  private end(): void {
    if (!this.ended) {
      this.ended = true;
      this.options.onEnd();
    }
  }

  private fail(error: ServerError): void {
    this.abort();
    this.options.sink.fail(error);
  }
}
