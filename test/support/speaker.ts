import type { EngineRequest, FinishReason, LogprobRows } from '@app/engine-protocol';
import type { AnswerStep } from '@app/scripted-engine';
import type { Tokenizer } from '@app/tokenization';
import type { ArrivedRequest } from './test-engine.js';

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

/** Has an engine say to each request in turn what the test has prepared, a token a step. */
export class Speaker {
  private speeches: Speech[] = [];
  private latest: EngineRequest | undefined;

  constructor(private readonly tokenizer: Tokenizer) {}

  /** To the requests to come, one each. */
  say(...speeches: readonly (Speech | string)[]): void {
    this.speeches = speeches.map((speech) => (typeof speech === 'string' ? { text: speech } : speech));
  }

  /** The prompt of the latest request, special tokens and all. */
  get lastPrompt(): string {
    return this.tokenizer.decode(this.lastRequest.promptTokenIds, { skipSpecialTokens: false });
  }

  get lastRequest(): EngineRequest {
    if (this.latest === undefined) throw new Error('no request has come yet');
    return this.latest;
  }

  readonly answer = (arrived: ArrivedRequest): void => {
    this.latest = arrived.request;
    const speech = this.speeches.shift();
    if (speech) void this.toSteps(speech, arrived.request).then((steps) => arrived.say(...steps));
  };

  private async toSteps(
    { text, finish = 'stop', secondChoice, cachedTokens = 0 }: Speech,
    { sampling }: EngineRequest,
  ): Promise<AnswerStep[]> {
    const { tokenizer } = this;
    const ids = await tokenizer.encode(text, { addSpecialTokens: false });
    if (finish === 'stop' && tokenizer.eosTokenId !== undefined) ids.push(tokenizer.eosTokenId);
    const [second] = secondChoice ? await tokenizer.encode(secondChoice, { addSpecialTokens: false }) : [];
    return ids.map((id, index) => ({
      newTokenIds: [id],
      finishReason: index === ids.length - 1 && finish !== 'never' ? finish : undefined,
      logprobs: sampling.logprobs === undefined ? undefined : toRow(second === undefined ? [id] : [id, second]),
      cachedTokens,
    }));
  }
}

function toRow(tokenIds: readonly number[]): LogprobRows {
  return { rows: 1, columns: tokenIds.length, tokenIds, logprobs: LOGPROBS.slice(0, tokenIds.length), ranks: [1] };
}
