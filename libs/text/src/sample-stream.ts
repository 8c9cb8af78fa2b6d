import type { EngineOutput, FinishReason, PrefillStats, SamplingParams, SpecDecodeMetrics } from '@app/engine-protocol';
import { StopStrings } from '@app/tokenization';
import type { IncrementalDecoder, Tokenizer } from '@app/tokenization';
import type { TextDelta, TokenLogprobs } from './text-delta.js';
import { RoutedExperts } from './routed-experts.js';
import { WeightVersions } from './weight-versions.js';
import { toAlternatives, toPromptLogprobs, toTokenLogprobs } from './to-token-logprobs.js';
import { toShownTokens } from './to-shown-tokens.js';
import { contextAfter } from './token-text.js';
import type { TokenTexts } from './token-text.js';

export interface SampleStreamOptions {
  readonly index: number;
  readonly sampling: SamplingParams;
  readonly promptTokenIds: readonly number[];
  readonly tokenizer: Tokenizer;
  /** `TextRequest.shownTokenIds` */
  readonly shownTokenIds?: ReadonlySet<number> | undefined;
  readonly texts: TokenTexts;
  /** False: one delta, at the end. */
  readonly stream: boolean;
  /** Tokens per delta; the first and the last are sent at once. */
  readonly streamInterval: number;
}

/** How a sample ended. */
interface Ending {
  readonly finishReason: FinishReason;
  readonly stopReason: number | string | undefined;
}

/** Tokens of one sample in, text deltas out: detokenise, find stop strings, name the tokens of log probabilities (engine protocol §11.2). */
export class SampleStream {
  /** Tokens so far, without those that a stop string dropped. */
  completionTokens = 0;
  private readonly decoder: IncrementalDecoder;
  private readonly stops: StopStrings;
  private readonly logprobsAsked: boolean;
  private text = '';
  private tokenIds: number[] = [];
  private logprobs: TokenLogprobs[] = [];
  private promptLogprobs: TextDelta['promptLogprobs'];
  private prefill: PrefillStats | undefined;
  private kvTransferParams: TextDelta['kvTransferParams'];
  private ecTransferParams: TextDelta['ecTransferParams'];
  private specDecodeMetrics: SpecDecodeMetrics | undefined;
  private readonly routedExperts = new RoutedExperts();
  private readonly weightVersions = new WeightVersions();
  private lastTokenIds: readonly number[] = [];
  private started = false;

  constructor(private readonly options: SampleStreamOptions) {
    const { sampling, promptTokenIds, tokenizer, shownTokenIds } = options;
    const { spacesBetweenSpecialTokens, detokenize } = sampling;
    this.decoder = detokenize
      ? tokenizer.createIncrementalDecoder({
          promptTokenIds,
          spacesBetweenSpecialTokens,
          ...toShownTokens(sampling, shownTokenIds),
        })
      : noText;
    this.stops = new StopStrings({ stop: sampling.stop, includeInOutput: sampling.includeStopStrInOutput });
    this.logprobsAsked = sampling.logprobs !== undefined || sampling.logprobTokenIds !== undefined;
    // Nothing comes before the first token: an engine sends no row for a prompt of one.
    this.promptLogprobs =
      sampling.promptLogprobs === undefined ? undefined : promptTokenIds.slice(0, 1).map(() => undefined);
  }

  /** The delta that is due after this output, if any. One with a finish reason is the last; of a stop string the engine does not know. */
  push(output: EngineOutput, weightVersion?: string): TextDelta | undefined {
    this.keepFacts(output);
    if (weightVersion !== undefined && output.newTokenIds.length > 0) {
      this.weightVersions.note(weightVersion, this.completionTokens);
    }
    this.readTokens(output);
    const ending = this.endingOf(output);
    return ending || this.isDue() ? this.takeDelta(ending) : undefined;
  }

  /** A stop string was found. */
  get stopped(): boolean {
    return this.stops.matched !== undefined;
  }

  private keepFacts(output: EngineOutput): void {
    const { sampling, promptTokenIds, texts } = this.options;
    this.prefill = output.prefillStats ?? this.prefill;
    this.kvTransferParams = output.kvTransferParams ?? this.kvTransferParams;
    this.ecTransferParams = output.ecTransferParams ?? this.ecTransferParams;
    this.specDecodeMetrics = output.specDecodeMetrics ?? this.specDecodeMetrics;
    if (output.promptLogprobs && sampling.promptLogprobs !== undefined) {
      const alternatives = toAlternatives(sampling.promptLogprobs);
      this.promptLogprobs = toPromptLogprobs(output.promptLogprobs, promptTokenIds, { texts, alternatives });
    }
  }

  /** Tokens after the one that completes a stop string are dropped. */
  private readTokens({ newTokenIds, finishReason, logprobs, routedExperts }: EngineOutput): void {
    const { includeStopStrInOutput, minTokens } = this.options.sampling;
    const before = this.completionTokens;
    // The token that stopped the engine is no text, but it counts.
    const hidden = finishReason === 'stop' && !includeStopStrInOutput ? newTokenIds.length - 1 : -1;
    for (let i = 0; i < newTokenIds.length && !this.stopped; i++) {
      const id = newTokenIds[i];
      this.completionTokens += 1;
      this.tokenIds.push(id);
      if (i !== hidden) {
        this.text += this.stops.push(this.decoder.push(id), this.completionTokens > minTokens);
      }
      if (this.logprobsAsked) {
        this.logprobs.push(this.readLogprobs(logprobs, i, id));
        this.lastTokenIds = contextAfter(this.lastTokenIds, [id]);
      }
    }
    if (routedExperts) {
      this.routedExperts.add(routedExperts, newTokenIds.length - (this.completionTokens - before));
    }
  }

  private readLogprobs(table: EngineOutput['logprobs'], row: number, id: number): TokenLogprobs {
    const { texts, sampling } = this.options;
    if (!table || row >= table.rows) {
      return [{ tokenId: id, text: texts.at(id, this.lastTokenIds), logprob: -Infinity, rank: undefined }];
    }
    const alternatives = toAlternatives(sampling.logprobs, sampling.logprobTokenIds);
    return toTokenLogprobs(table, row, this.lastTokenIds, { texts, alternatives });
  }

  private endingOf({ finishReason, stopReason }: EngineOutput): Ending | undefined {
    if (finishReason !== undefined && !this.stopped) {
      this.flush();
    }
    if (this.stops.matched !== undefined) {
      return { finishReason: 'stop', stopReason: this.stops.matched };
    }
    return finishReason && { finishReason, stopReason };
  }

  /** The end of the text: what was held back for a stop string, and whole characters held back with a part of one. As in vLLM, the part is dropped. */
  private flush(): void {
    const rest = this.decoder.finish().replace(/\uFFFD+$/, '');
    this.text += this.stops.push(rest, this.completionTokens > this.options.sampling.minTokens);
    this.text += this.stopped ? '' : this.stops.finish();
  }

  private isDue(): boolean {
    const { stream, streamInterval } = this.options;
    return stream && this.tokenIds.length > 0 && (!this.started || this.tokenIds.length >= streamInterval);
  }

  private takeDelta(ending: Ending | undefined): TextDelta {
    const first = !this.started;
    const delta: TextDelta = {
      index: this.options.index,
      text: this.text,
      tokenIds: this.tokenIds,
      logprobs: this.logprobsAsked ? this.logprobs : undefined,
      finishReason: ending?.finishReason,
      stopReason: ending?.stopReason,
      completionTokens: this.completionTokens,
      promptLogprobs: first ? this.promptLogprobs : undefined,
      cachedTokens: first ? (this.prefill?.numCachedTokens ?? 0) : undefined,
      cacheCreationTokens: first ? (this.prefill?.numCacheCreationTokens ?? 0) : undefined,
      kvTransferParams: ending && this.kvTransferParams,
      ecTransferParams: ending && this.ecTransferParams,
      weightVersions: ending && this.weightVersions.spans(this.completionTokens),
      routedExperts: ending && this.routedExperts.join(),
      specDecodeMetrics: ending && this.specDecodeMetrics,
      stats: undefined,
      last: false,
    };
    this.started = true;
    this.text = '';
    this.tokenIds = [];
    this.logprobs = [];
    return delta;
  }
}

const noText: IncrementalDecoder = { push: () => '', finish: () => '' };
