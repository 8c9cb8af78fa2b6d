import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EngineOutput, EngineRequest, FinishReason, LogprobRows, OutputSink } from '@app/engine-protocol';
import type { Tokenizer } from '@app/tokenization';
import { FakeEngine } from './fake-engine.js';

/** What the engine says to one request. */
export interface Speech {
  readonly text: string;
  /** `stop` (default): the end of turn is the last token. `never`: the engine falls silent, and the request stays. */
  readonly finish?: FinishReason | 'never';
  /** Where log probabilities are asked for: the text of the second choice at every position. */
  readonly secondChoice?: string;
  /** Prompt tokens that came from a cache. */
  readonly cachedTokens?: number;
}

/** Of the token that is said, and of the second choice. */
const LOGPROBS = [-0.25, -1.5];

/** An engine that says to each request in turn what the test has prepared, a token a turn of the event loop. */
export class SpeakingEngine extends FakeEngine {
  private speeches: Speech[] = [];

  constructor(private readonly tokenizer: Tokenizer) {
    super(['generate']);
  }

  /** To the requests to come, one each. */
  say(...speeches: readonly (Speech | string)[]): void {
    this.speeches = speeches.map((speech) => (typeof speech === 'string' ? { text: speech } : speech));
  }

  /** The prompt of the latest request, special tokens and all. */
  get lastPrompt(): string {
    return this.tokenizer.decode(this.lastRequest.promptTokenIds, { skipSpecialTokens: false });
  }

  get lastRequest(): EngineRequest {
    return this.requests[this.requests.length - 1].request;
  }

  override add(request: EngineRequest, sink: OutputSink): void {
    super.add(request, sink);
    const speech = this.speeches.shift();
    if (speech) void this.speak(speech, request, sink);
  }

  private async speak(speech: Speech, request: EngineRequest, sink: OutputSink): Promise<void> {
    const outputs = await this.toOutputs(speech, request);
    for (const [index, output] of outputs.entries()) {
      await nextTurn();
      if (this.aborted.includes(request.requestId)) return;
      sink.push(output, index);
    }
  }

  private async toOutputs(
    { text, finish = 'stop', secondChoice, cachedTokens = 0 }: Speech,
    { requestId, promptTokenIds, sampling }: EngineRequest,
  ): Promise<EngineOutput[]> {
    const { tokenizer } = this;
    const ids = await tokenizer.encode(text, { addSpecialTokens: false });
    if (finish === 'stop' && tokenizer.eosTokenId !== undefined) ids.push(tokenizer.eosTokenId);
    const [second] = secondChoice ? await tokenizer.encode(secondChoice, { addSpecialTokens: false }) : [];
    return ids.map((id, index) => ({
      requestId,
      newTokenIds: [id],
      finishReason: index === ids.length - 1 && finish !== 'never' ? finish : undefined,
      logprobs: sampling.logprobs === undefined ? undefined : toRow(second === undefined ? [id] : [id, second]),
      prefillStats:
        index > 0
          ? undefined
          : {
              numPromptTokens: promptTokenIds.length,
              numComputedTokens: promptTokenIds.length - cachedTokens,
              numCachedTokens: cachedTokens,
              numLocalCachedTokens: cachedTokens,
              numExternalCachedTokens: 0,
              numCacheCreationTokens: 0,
            },
    }));
  }
}

function toRow(tokenIds: readonly number[]): LogprobRows {
  return { rows: 1, columns: tokenIds.length, tokenIds, logprobs: LOGPROBS, ranks: [1] };
}
