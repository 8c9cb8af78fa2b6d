import type { EngineEvent, EngineRequest, LogprobRows, PrefillStats } from '@app/engine-protocol';
import { LogprobTable } from '../sampler/logprob-table.js';
import { makeFinite, TokenSampler } from '../sampler/token-sampler.js';
import type { LogitRows } from '../decoder/decoder-model.js';
import type { OutputConstraint } from './output-constraint.js';

/** One accepted request on its way through the engine. */
export class Generation {
  readonly sampler: TokenSampler;
  /** Tokens whose keys and values are in the cache; always fewer than the tokens known. */
  computedTokens = 0;
  /** Of these, how many came from the prefix cache. */
  cachedTokens = 0;
  aborted = false;
  /** What its tokens are held to. */
  constraint: OutputConstraint | undefined;
  private unsentEvents: EngineEvent[];
  private promptTable: LogprobTable | undefined;

  constructor(
    readonly request: EngineRequest,
    vocabularySize: number,
    queuedAt: number,
  ) {
    const { promptTokenIds, sampling } = request;
    this.sampler = new TokenSampler(sampling, promptTokenIds);
    this.unsentEvents = [{ type: 'queued', timestamp: queuedAt }];
    if (sampling.promptLogprobs !== undefined) {
      this.promptTable = new LogprobTable({ top: sampling.promptLogprobs }, promptTokenIds.length - 1, vocabularySize);
    }
  }

  get promptLength(): number {
    return this.request.promptTokenIds.length;
  }

  get tokenIds(): readonly number[] {
    return this.sampler.history.tokenIds;
  }

  /** Whether each prompt position's logits are needed, so that neither the cache nor the last position alone will do. */
  get wantsPromptLogprobs(): boolean {
    return this.promptTable !== undefined;
  }

  markScheduled(timestamp: number, cachedTokens: number): void {
    this.unsentEvents.push({ type: 'scheduled', timestamp });
    this.cachedTokens = cachedTokens;
    this.computedTokens = cachedTokens;
  }

  /** Takes the logits of the prompt positions from `start` on, of which each predicts the token after it. */
  addPromptLogprobs(start: number, rows: LogitRows): void {
    for (let index = 0; index < rows.count && start + index + 1 < this.promptLength; index += 1) {
      const logits = rows.row(index);
      makeFinite(logits);
      this.promptTable?.addRow(logits, this.request.promptTokenIds[start + index + 1]);
    }
  }

  /** What the first output says besides its token; nothing afterwards. */
  takeFirstOutputParts(): FirstOutputParts {
    if (this.unsentEvents.length === 0) {
      return {};
    }
    const events = this.unsentEvents;
    const promptLogprobs = this.promptTable;
    this.unsentEvents = [];
    this.promptTable = undefined;
    return {
      events,
      ...(promptLogprobs && { promptLogprobs }),
      prefillStats: {
        numPromptTokens: this.promptLength,
        numComputedTokens: this.promptLength - this.cachedTokens,
        numCachedTokens: this.cachedTokens,
        numLocalCachedTokens: this.cachedTokens,
        numExternalCachedTokens: 0,
        numCacheCreationTokens: 0,
      },
    };
  }
}

export interface FirstOutputParts {
  readonly events?: readonly EngineEvent[];
  readonly promptLogprobs?: LogprobRows;
  readonly prefillStats?: PrefillStats;
}
