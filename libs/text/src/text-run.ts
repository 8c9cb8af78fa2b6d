import { eachInTurns } from '@app/async';
import { InternalError, ServerError } from '@app/errors';
import type { Engine, EngineOutput, EngineRequest, FinishReason, OutputSink } from '@app/engine-protocol';
import type { TextGeneration } from './prepared-text.js';
import { RequestTimer } from './request-stats.js';
import type { RequestStats, RequestTimerOptions, SamplePlace, TextListener } from './request-stats.js';
import { toEngineFault } from './to-engine-fault.js';

/** What a sample says; with a finish reason it is its last word. */
interface SampleDelta {
  readonly finishReason?: FinishReason | undefined;
}

/** Reads the outputs of one sample. */
export interface SampleReader<Delta extends SampleDelta> {
  /** What is to be said after this output, if anything. */
  push(output: EngineOutput, weightVersion: string | undefined): Delta | undefined;
}

export interface TextRunOptions<Delta extends SampleDelta> {
  readonly engine: Engine;
  readonly sink: { push(delta: Delta): void; fail(error: ServerError): void };
  readonly listener: TextListener;
  /** One per sample. */
  readonly requests: readonly EngineRequest[];
  readonly createReader: (request: EngineRequest, index: number) => SampleReader<Delta>;
  readonly timer: RequestTimerOptions;
  /** Called once, when nothing of the run is left. */
  readonly onEnd?: (() => void) | undefined;
}

interface RunningSample<Delta extends SampleDelta> {
  readonly requestId: string;
  readonly constrained: boolean;
  /** Name of the LoRA adapter it asks for. */
  readonly adapter: string | undefined;
  readonly reader: SampleReader<Delta>;
  readonly timer: RequestTimer;
  /** Of the engine that has it, once that was heard. */
  engineIndex: number;
}

/**
 * The samples of one request while the engine works on them. One that fails takes the others with it. The last word of a sample gets its `stats`,
 * and `last` when no other sample runs.
 */
export class TextRun<Delta extends SampleDelta> implements TextGeneration {
  readonly promptTokenIds: readonly number[];
  /** The samples that the engine still works on, by their ids there. */
  private readonly running = new Map<string, RunningSample<Delta>>();
  private unfinished: number;
  private ended = false;
  private maxGenerationTokens = 0;

  constructor(private readonly options: TextRunOptions<Delta>) {
    this.promptTokenIds = options.requests[0].promptTokenIds;
    this.unfinished = options.requests.length;
  }

  /**
   * Throws what the engine throws when it cannot take a sample; those it took are aborted. Many samples of a large request go out in several turns of the
   * event loop: the sink hears what fails after the first.
   */
  start(): this {
    const { requests } = this.options;
    requests.forEach((request, index) => this.running.set(request.requestId, this.createSample(request, index)));
    eachInTurns(requests.length, (index) => this.add(requests[index]), {
      // An engine in this process may fail the request while it is being added.
      isOver: () => this.ended,
      fail: (error) =>
        this.fail(
          error instanceof ServerError ? error : new InternalError('The request could not be sent.', { cause: error }),
        ),
    });
    return this;
  }

  private add(request: EngineRequest): void {
    const sample = this.running.get(request.requestId);
    if (!sample) return;
    try {
      this.options.engine.add(request, this.createSink(sample));
      this.tellOfAdapter(sample, 'waiting');
    } catch (error) {
      this.forget(sample);
      this.abort();
      throw error;
    }
  }

  /** Ends the samples with what they have: each gets a last delta with finish reason `abort`. */
  cancel(): void {
    const samples = [...this.running.values()];
    this.options.engine.abort(samples.map(({ requestId }) => requestId));
    for (const sample of samples) {
      this.push({ requestId: sample.requestId, newTokenIds: [], finishReason: 'abort' }, undefined, sample);
    }
  }

  abort(): void {
    this.end();
    const ids = [...this.running.keys()];
    this.running.forEach((sample) => this.forget(sample));
    if (ids.length > 0) {
      this.options.engine.abort(ids);
    }
  }

  private createSample(request: EngineRequest, index: number): RunningSample<Delta> {
    const { requestId, sampling, lora } = request;
    return {
      requestId,
      adapter: lora?.name,
      constrained: sampling?.structuredOutputs !== undefined,
      reader: this.options.createReader(request, index),
      timer: new RequestTimer(this.options.timer),
      engineIndex: 0,
    };
  }

  private createSink(sample: RunningSample<Delta>): OutputSink {
    const { requestId } = sample;
    return {
      push: (output, timestamp, weightVersion, engineIndex = 0) => {
        if (this.running.has(requestId)) {
          sample.engineIndex = engineIndex;
          const { place } = sample.timer;
          const tokens = sample.timer.record(output, timestamp);
          if (sample.timer.place !== place) this.tellOfAdapter(sample, sample.timer.place);
          if (tokens) {
            this.options.listener.onTokens?.(tokens, engineIndex);
          }
          this.push(output, weightVersion, sample);
        }
      },
      fail: (error) => {
        if (this.forget(sample)) {
          this.fail(error);
        }
      },
    };
  }

  private push(output: EngineOutput, weightVersion: string | undefined, sample: RunningSample<Delta>): void {
    const { sink, listener } = this.options;
    if (output.finishReason === 'error') {
      this.forget(sample);
      const stats = sample.timer.finish('error');
      listener.onFinished?.(stats, sample.engineIndex);
      const first = stats.generationTokens === output.newTokenIds.length;
      this.fail(toEngineFault({ fault: output.error, constraintSuspected: sample.constrained && first }));
      return;
    }
    const delta = sample.reader.push(output, weightVersion);
    if (delta?.finishReason !== undefined) {
      this.forget(sample);
      if (output.finishReason === undefined) {
        // Found by a stop string, which the engine does not know.
        this.options.engine.abort([sample.requestId]);
      }
      this.finishSample(delta, sample.timer.finish(delta.finishReason), sample.engineIndex);
    } else if (delta) {
      sink.push(delta);
    }
  }

  private finishSample(delta: Delta, stats: RequestStats, engineIndex: number): void {
    const { listener, requests, sink } = this.options;
    listener.onFinished?.(stats, engineIndex);
    this.maxGenerationTokens = Math.max(this.maxGenerationTokens, stats.generationTokens);
    this.unfinished -= 1;
    const last = this.unfinished === 0;
    if (last) {
      this.end();
      const { maxGenerationTokens } = this;
      listener.onRequestFinished?.({ sampleCount: requests.length, maxGenerationTokens }, engineIndex);
    }
    sink.push({ ...delta, stats, last });
  }

  /** False when it was over already. */
  private forget(sample: RunningSample<Delta>): boolean {
    const wasRunning = this.running.delete(sample.requestId);
    if (wasRunning) this.tellOfAdapter(sample, 'over');
    return wasRunning;
  }

  private tellOfAdapter({ adapter, requestId }: RunningSample<Delta>, place: SamplePlace | 'over'): void {
    if (adapter !== undefined) this.options.listener.onAdapter?.(adapter, requestId, place);
  }

  private end(): void {
    if (!this.ended) {
      this.ended = true;
      this.options.onEnd?.();
    }
  }

  private fail(error: ServerError): void {
    this.abort();
    this.options.sink.fail(error);
  }
}
