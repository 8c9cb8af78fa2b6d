import { randomBytes } from 'node:crypto';
import { InternalError, InvalidRequestError, ServerError } from '@app/errors';
import type { Engine, EngineOutput, EngineRequest, FinishReason } from '@app/engine-protocol';
import { promptAlone, toBestBeams, toNextBeams, toPath } from './beam-step.js';
import type { BeamOffer, BeamRules } from './beam-step.js';
import type { Cancellable } from './running-requests.js';
import type { TextGeneration } from './prepared-text.js';
import type { TextListener } from './request-stats.js';
import type { TextSink } from './text-delta.js';
import { TextRun } from './text-run.js';
import type { SampleReader } from './text-run.js';
import { toBeamDelta } from './to-beam-delta.js';
import type { BeamDeltaOptions } from './to-beam-delta.js';
import { toBeamOffers } from './to-beam-offers.js';

export interface BeamSearchOptions {
  readonly engine: Engine;
  readonly sink: TextSink;
  readonly listener: TextListener;
  /** UNIX seconds. */
  readonly now: () => number;
  /** For the token after the prompt; its id is the base of all ids. */
  readonly request: EngineRequest;
  readonly maxTokens: number;
  readonly rules: BeamRules;
  readonly answer: BeamDeltaOptions;
  /** Called when nothing more goes to the engine; maybe again. */
  readonly onEnd: () => void;
}

/** What may follow one beam. */
interface BeamAnswer {
  /** Undefined when the engine ended the request before it made a token. */
  readonly offers: readonly BeamOffer[] | undefined;
  readonly finishReason: FinishReason;
}

/**
 * Beam search over an engine that knows nothing of it: each step is one engine request per live beam, for one token and the likeliest in its place
 * (completions-and-chat.md §9). The sink hears the beams at the end, best first, one delta each.
 */
export class BeamSearch implements Cancellable, TextGeneration {
  readonly promptTokenIds: readonly number[];
  private state = promptAlone;
  private steps = 0;
  /** Of the step under way, by live beam. */
  private answers: (BeamAnswer | undefined)[] = [];
  private running: TextRun<BeamAnswer>[] = [];
  private aborted = false;

  constructor(private readonly options: BeamSearchOptions) {
    this.promptTokenIds = options.request.promptTokenIds;
  }

  /** Throws what the engine throws when it cannot take the first step. */
  start(): this {
    this.goOn();
    return this;
  }

  abort(): void {
    this.aborted = true;
    this.running.forEach((run) => run.abort());
    this.running = [];
    this.options.onEnd();
  }

  /** Ends the search with the beams it has. */
  cancel(): void {
    for (const run of [...this.running]) run.cancel();
  }

  private goOn(): void {
    const { live } = this.state;
    if (this.steps >= this.options.maxTokens || live.length === 0) {
      this.finish('length');
      return;
    }
    this.steps += 1;
    this.answers = live.map(() => undefined);
    const step = `${this.options.request.requestId}-${randomBytes(8).toString('hex')}`;
    const runs = live.map((beam, index) =>
      this.createRun(`${step}-beam-${index}`, index, [
        ...this.promptTokenIds,
        ...toPath(beam).map(({ tokenId }) => tokenId),
      ]),
    );
    this.running = runs;
    // One that fails while it is being added, in an engine in this process, ends the others: they do not start then.
    runs.forEach((run) => run.start());
  }

  private createRun(id: string, index: number, promptTokenIds: readonly number[]): TextRun<BeamAnswer> {
    const { engine, listener, now, request } = this.options;
    const arrivalTime = now();
    const requestId = `${id}-${randomBytes(4).toString('hex')}`;
    return new TextRun({
      engine,
      listener,
      requests: [{ ...request, requestId, externalRequestId: id, promptTokenIds, arrivalTime }],
      createReader: () => new BeamAnswerReader(request),
      timer: { arrivalTime, now, promptTokens: promptTokenIds.length, maxTokens: request.sampling.maxTokens },
      sink: { push: (answer) => this.hear(index, answer), fail: (error) => this.fail(error) },
    });
  }

  private hear(index: number, answer: BeamAnswer): void {
    this.answers[index] = answer;
    const answers = this.answers.filter((given) => given !== undefined);
    if (answers.length < this.answers.length) {
      return;
    }
    try {
      this.endStep(answers);
    } catch (error) {
      // The engine has said its last word on this step: nobody above would tell the sink.
      const fault = new InternalError('The answer could not be processed.', { cause: error });
      this.fail(error instanceof ServerError ? error : fault);
    }
  }

  private endStep(answers: readonly BeamAnswer[]): void {
    if (answers.some(({ finishReason }) => finishReason === 'abort')) {
      this.finish('abort');
      return;
    }
    this.state = toNextBeams(this.state, answers.map(mustOffer), this.options.rules);
    this.goOn();
  }

  /** `finishReason`: of the beams that did not end by themselves. */
  private finish(finishReason: FinishReason): void {
    const { rules, answer, sink, onEnd } = this.options;
    onEnd();
    const beams = toBestBeams(this.state, rules);
    if (beams.length === 0) {
      throw new InvalidRequestError('None of the allowed tokens can follow.', { param: 'allowed_token_ids' });
    }
    for (const [index, beam] of beams.entries()) {
      if (this.aborted) {
        return;
      }
      const last = index === beams.length - 1;
      sink.push(toBeamDelta(beam, { index, last, finishReason, endTokenIds: rules.endTokenIds }, answer));
    }
  }

  private fail(error: ServerError): void {
    this.abort();
    this.options.sink.fail(error);
  }
}

/** Takes what the one token of a step could have been. */
class BeamAnswerReader implements SampleReader<BeamAnswer> {
  private offers: readonly BeamOffer[] | undefined;

  constructor(private readonly request: EngineRequest) {}

  push({ logprobs, finishReason }: EngineOutput): BeamAnswer | undefined {
    if (logprobs && logprobs.rows > 0) {
      this.offers ??= toBeamOffers(logprobs, this.request.sampling);
    }
    return finishReason && { offers: this.offers, finishReason };
  }
}

function mustOffer({ offers }: BeamAnswer): readonly BeamOffer[] {
  if (!offers) {
    throw new InternalError('The engine returned no log probabilities.');
  }
  return offers;
}
