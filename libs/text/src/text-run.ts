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
}

interface RunningSample {
  readonly requestId: string;
  readonly stream: SampleStream;
  readonly timer: RequestTimer;
}

/** The samples of one request while the engine works on them. One that fails takes the others with it. */
export class TextRun implements TextGeneration {
  readonly promptTokenIds: readonly number[];
  /** Engine ids of the samples that the engine still works on. */
  private readonly running = new Set<string>();
  private unfinished: number;
  private ended = false;
  private maxGenerationTokens = 0;

  constructor(private readonly options: TextRunOptions) {
    this.promptTokenIds = options.requests[0].promptTokenIds;
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
      this.running.add(request.requestId);
      try {
        engine.add(request, this.createSink(request, index));
      } catch (error) {
        this.running.delete(request.requestId);
        this.abort();
        throw error;
      }
    }
    return this;
  }

  abort(): void {
    this.ended = true;
    const ids = [...this.running];
    this.running.clear();
    if (ids.length > 0) {
      this.options.engine.abort(ids);
    }
  }

  private createSink({ requestId, sampling }: EngineRequest, index: number): OutputSink {
    const stream = new SampleStream({ ...this.options.stream, index, sampling });
    const timer = new RequestTimer(this.options.timer);
    return {
      push: (output, timestamp) => {
        if (this.running.has(requestId)) {
          this.push(output, timestamp, { requestId, stream, timer });
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
      this.ended = true;
      listener.onRequestFinished?.({
        sampleCount: requests.length,
        maxGenerationTokens: this.maxGenerationTokens,
      });
    }
  }

  private fail(error: ServerError): void {
    this.abort();
    this.options.sink.fail(error);
  }
}
