import { randomBytes } from 'node:crypto';
import { InvalidRequestError, UnsupportedError } from '@app/errors';
import type { Engine, EngineRequest, PromptEmbeds } from '@app/engine-protocol';
import type { ModelDescription } from '@app/model-repository';
import { isFloatDtype } from '@app/tensor';
import type { Tokenizer } from '@app/tokenization';
import { checkBeams, toBeamStepSampling } from './beam-sampling.js';
import { BeamSearch } from './beam-search.js';
import { checkForEngine } from './engine-front.rules.js';
import { GeneratedElsewhere } from './generated-elsewhere.js';
import { RowsLoader } from './load-rows.js';
import type { RowsFacts } from './load-rows.js';
import type { PreparedText, TextGeneration } from './prepared-text.js';
import type { TextListener } from './request-stats.js';
import { resolveRenderedSampling, resolveSampling } from './resolve-sampling.js';
import type { ResolvedSampling } from './resolve-sampling.js';
import { checkFreeValues, checkSampling } from './sampling.rules.js';
import { toSamplingDefaults } from './sampling-defaults.js';
import type { SamplingDefaults } from './sampling-defaults.js';
import { SampleStream } from './sample-stream.js';
import { settleSampling } from './settle-sampling.js';
import { checkConstraintKind } from './structured-outputs.rules.js';
import type { TextDelta, TextSink } from './text-delta.js';
import { defaultLimits } from './text-limits.js';
import type { TextLimits } from './text-limits.js';
import type { BeamSearchRequest, TextRequest } from './text-request.js';
import { TextRun } from './text-run.js';
import { toBadWordsTokenIds } from './to-bad-words-token-ids.js';
import { forSample, toSamplingParams } from './to-sampling-params.js';
import { TokenTexts } from './token-text.js';
import { tokenizePrompt, tokenizeText } from './tokenize-prompt.js';

export interface TextOptions {
  readonly engine: Engine;
  readonly tokenizer: Tokenizer;
  readonly model: Pick<ModelDescription, 'vocabularySize' | 'generation'>;
  /** From `toSamplingDefaults`; the model's own when left out. */
  readonly defaults?: SamplingDefaults | undefined;
  readonly limits?: Partial<TextLimits> | undefined;
  /** Undefined: no prompts of embeddings. The tokenizer must know `PROMPT_EMBEDS_TOKEN` for them. */
  readonly promptEmbeds?: Pick<RowsFacts, 'hiddenSize' | 'maxBytes'> | undefined;
  readonly listener?: TextListener | undefined;
  /** UNIX seconds. */
  readonly now?: (() => number) | undefined;
}

/** What `abort` can end. */
interface Cancellable {
  cancel(): void;
}

/** A request between `prepare` and `start`. */
interface Prepared {
  readonly request: TextRequest;
  readonly arrivalTime: number;
  readonly promptTokenIds: readonly number[];
  readonly promptEmbeds: PromptEmbeds | undefined;
  readonly sampling: ResolvedSampling;
  readonly badWordsTokenIds: readonly (readonly number[])[];
}

/** Prompts in, text out: the front end's duties around an engine that knows token ids only. */
export class Text {
  readonly tokenizer: Tokenizer;
  readonly defaults: SamplingDefaults;
  readonly limits: TextLimits;
  /** Rows of the logits: ids that a model can make. */
  readonly vocabularySize: number;
  /** For tokens that another server's engine made. */
  readonly generatedElsewhere: GeneratedElsewhere;
  private readonly engine: Engine;
  private readonly listener: TextListener;
  private readonly now: () => number;
  private readonly modelEosTokenIds: readonly number[];
  private readonly rows: RowsLoader | undefined;
  private readonly texts: TokenTexts;
  /** By the request's id; several may share one. */
  private readonly running = new Map<string, Set<Cancellable>>();
  private readonly badWordsTokenIds = new WeakMap<readonly string[], Promise<readonly (readonly number[])[]>>();

  constructor(options: TextOptions) {
    const { engine, tokenizer, model, defaults, limits, promptEmbeds, listener = {}, now = unixSeconds } = options;
    const { dtype } = engine.info;
    this.engine = engine;
    this.tokenizer = tokenizer;
    this.defaults = defaults ?? toSamplingDefaults(model.generation);
    this.limits = { ...defaultLimits, ...limits };
    this.listener = listener;
    this.now = now;
    this.vocabularySize = model.vocabularySize;
    // An id without a logit can end the engine, and end no text.
    this.modelEosTokenIds = model.generation.eosTokenIds.filter((id) => id < model.vocabularySize);
    // float32 holds every dtype of a model exactly; an engine that does not tell its own casts what it gets.
    this.rows = promptEmbeds && new RowsLoader({ ...promptEmbeds, dtype: isFloatDtype(dtype) ? dtype : 'float32' });
    this.texts = new TokenTexts(tokenizer);
    this.generatedElsewhere = new GeneratedElsewhere({
      tokenizer,
      texts: this.texts,
      defaults: this.defaults,
      limits: this.limits,
      modelEosTokenIds: this.modelEosTokenIds,
      vocabularySize: this.vocabularySize,
    });
  }

  /** Prompts may be, or hold, rows of embeddings. */
  get takesPromptEmbeds(): boolean {
    return this.rows !== undefined;
  }

  /** Prompt and output together, in tokens. */
  get maxModelLen(): number {
    return this.engine.info.maxModelLen;
  }

  /** False: token ids in and out, no text. */
  get hasTokenizer(): boolean {
    return this.tokenizer.vocabularySize > 0;
  }

  /** Requests that the engine runs at once; undefined when it does not tell. */
  get maxNumSeqs(): number | undefined {
    return this.engine.info.maxNumSeqs;
  }

  /**
   * Ends requests by the ids they were made with; unknown ones are ignored. Unlike `TextGeneration.abort`, their sinks hear of it: every sample gets
   * a last delta with finish reason `abort`.
   */
  abort(requestIds: readonly string[]): void {
    for (const requestId of requestIds) {
      this.running.get(requestId)?.forEach((run) => run.cancel());
    }
  }

  /**
   * Tokenises the prompt, fills in defaults and makes every check that gets a status of its own even when the answer is streamed
   * (completions-and-chat.md §4.2, §4.4). Rejects with `InvalidRequestError`; nothing has gone to the engine.
   */
  async prepare(request: TextRequest): Promise<PreparedText> {
    const arrivalTime = this.now();
    const { tokenizer, maxModelLen, rows } = this;
    checkPriority(request.priority);
    checkSessionId(request.sessionId);
    const tokenized = isRendered(request)
      ? { tokenIds: request.prompt.tokenIds }
      : await tokenizePrompt(request, { tokenizer, maxModelLen, rows });
    const { tokenIds: promptTokenIds, offsets: promptTokenOffsets, embeds: promptEmbeds } = tokenized;
    const room = maxModelLen - promptTokenIds.length;
    const sampling = isRendered(request)
      ? resolveRenderedSampling(request.sampling, this.defaults, room)
      : resolveSampling(request.sampling, this.defaults, room);
    checkConstraintKind(sampling.structuredOutputs);
    const { beamSearch } = request;
    if (beamSearch) {
      checkBeams(sampling, beamSearch, this.limits);
      const prepared = { request, arrivalTime, promptTokenIds, promptEmbeds, sampling, badWordsTokenIds: [] };
      return {
        request,
        promptTokenIds,
        promptTokenOffsets,
        sampling,
        sampleCount: sampling.n,
        start: (sink) => this.startBeamSearch(prepared, beamSearch, sink),
      };
    }
    checkSampling(sampling, this.limits);
    checkFreeValues(request.reasoningParserKwargs, 'chat_template_kwargs');
    const badWordsTokenIds = await this.tokenizeBadWords(sampling.badWords);
    const prepared = { request, arrivalTime, promptTokenIds, promptEmbeds, sampling, badWordsTokenIds };
    return {
      request,
      promptTokenIds,
      promptTokenOffsets,
      sampling: settleSampling(sampling),
      sampleCount: sampling.n,
      start: (sink) => this.start(prepared, sink),
    };
  }

  /**
   * The first tokens of a text, at most those that leave room for one more in the context; of a long text only the part that can reach them is tokenised.
   * `field`: where the text came from, for messages. Rejects with `InvalidRequestError`.
   */
  async encodeStart(
    text: string,
    { field, addSpecialTokens }: { readonly field: string; readonly addSpecialTokens: boolean },
  ): Promise<readonly number[]> {
    const { tokenizer, maxModelLen } = this;
    const { tokenIds } = await tokenizeText(
      { prompt: { type: 'text', text, addSpecialTokens }, truncationSide: 'right', promptField: field },
      maxModelLen - 1,
      { tokenizer, maxModelLen },
    );
    return tokenIds;
  }

  /** Once for all prompts of a request, which share the list. */
  private tokenizeBadWords(words: readonly string[]): Promise<readonly (readonly number[])[]> {
    let tokenIds = this.badWordsTokenIds.get(words);
    if (!tokenIds) {
      tokenIds = toBadWordsTokenIds(words, this.tokenizer);
      this.badWordsTokenIds.set(words, tokenIds);
    }
    return tokenIds;
  }

  private start(prepared: Prepared, sink: TextSink): TextGeneration {
    const { request, arrivalTime, promptTokenIds, promptEmbeds, sampling } = prepared;
    this.check(prepared);
    const run: TextRun<TextDelta> = new TextRun<TextDelta>({
      engine: this.engine,
      sink,
      listener: this.listener,
      requests: this.toEngineRequests(prepared),
      createReader: (engineRequest, index) =>
        new SampleStream({
          index,
          sampling: engineRequest.sampling,
          // Rows have no text that the answer could go on from.
          promptTokenIds: promptEmbeds && !promptEmbeds.isTokenId ? [] : promptTokenIds,
          tokenizer: this.tokenizer,
          texts: this.texts,
          stream: request.stream,
          streamInterval: Math.max(sampling.streamInterval ?? 1, this.limits.streamInterval),
        }),
      timer: { arrivalTime, now: this.now, promptTokens: promptTokenIds.length, maxTokens: sampling.maxTokens },
      onEnd: (): void => this.forget(request.requestId, run),
    });
    const runs = this.running.get(request.requestId) ?? new Set();
    this.running.set(request.requestId, runs.add(run));
    return run.start();
  }

  private forget(requestId: string, run: Cancellable): void {
    const runs = this.running.get(requestId);
    runs?.delete(run);
    if (runs?.size === 0) this.running.delete(requestId);
  }

  private startBeamSearch(prepared: Prepared, { lengthPenalty }: BeamSearchRequest, sink: TextSink): TextGeneration {
    const { tokenizer, texts, engine, listener, now, limits, modelEosTokenIds } = this;
    const { request, sampling } = prepared;
    if (prepared.promptEmbeds) throw new UnsupportedError('Embedding prompt not supported for beam search');
    const { n: width, maxTokens, ignoreEos = false, skipSpecialTokens, includeStopStrInOutput = false } = sampling;
    const step = {
      ...prepared,
      // Neither an engine nor the end of a thought is chosen for a step.
      request: { ...request, dataParallelRank: undefined, reasoningEnded: undefined, reasoningParserKwargs: undefined },
      sampling: toBeamStepSampling(sampling, limits),
    };
    checkSampling(step.sampling, limits);
    if (maxTokens > 0) {
      this.check(step);
    }
    const [engineRequest] = this.toEngineRequests(step);
    const eosTokenIds = tokenizer.eosTokenId === undefined ? [] : [tokenizer.eosTokenId];
    const showsLogprobs = sampling.logprobs !== undefined;
    return new BeamSearch({
      ...{ engine, sink, listener, now, maxTokens },
      request: {
        ...engineRequest,
        requestId: request.requestId,
        sampling: { ...engineRequest.sampling, detokenize: false, outputKind: 'cumulative' },
      },
      rules: {
        width,
        lengthPenalty,
        endTokenIds: new Set(ignoreEos ? [] : [...eosTokenIds, ...modelEosTokenIds]),
        keepsOffers: showsLogprobs,
      },
      answer: { tokenizer, texts, skipSpecialTokens, includeEndToken: includeStopStrInOutput, showsLogprobs },
    }).start();
  }

  private check({ request, promptTokenIds, promptEmbeds, sampling, badWordsTokenIds }: Prepared): void {
    checkForEngine(sampling, {
      promptTokenIds,
      badWordsTokenIds,
      dataParallelRank: request.dataParallelRank,
      limits: this.limits,
      maxModelLen: this.maxModelLen,
      vocabularySize: this.vocabularySize,
      // The id that stands for rows is behind every vocabulary; all others come from the tokenizer then.
      promptVocabularySize: promptEmbeds ? Infinity : Math.max(this.vocabularySize, this.tokenizer.vocabularySize),
      engineCount: this.engine.engineCount,
    });
  }

  /** One per sample (engine protocol §11.1 no. 6 and 7): ids must differ from every other in flight. */
  private toEngineRequests({
    request,
    arrivalTime,
    promptTokenIds,
    promptEmbeds,
    sampling,
    badWordsTokenIds,
  }: Prepared): EngineRequest[] {
    const params = toSamplingParams(sampling, {
      stream: request.stream,
      eosTokenId: this.tokenizer.eosTokenId,
      modelEosTokenIds: this.modelEosTokenIds,
      badWordsTokenIds,
      vocabularySize: this.vocabularySize,
      hasTokenizer: this.hasTokenizer,
      structuredOutputsBackend: this.limits.structuredOutputsBackend,
    });
    const id = `${request.requestId}-${randomBytes(4).toString('hex')}`;
    return Array.from({ length: sampling.n }, (_, index) => ({
      requestId: sampling.n === 1 ? id : `${index}_${id}`,
      promptTokenIds,
      promptEmbeds,
      sampling: forSample(params, index),
      arrivalTime,
      cacheSalt: request.cacheSalt,
      dataParallelRank: request.dataParallelRank,
      priority: request.priority ?? 0,
      traceHeaders: request.traceHeaders,
      externalRequestId: request.requestId,
      reasoningEnded: request.reasoningEnded,
      reasoningParserKwargs: request.reasoningParserKwargs,
      sessionId: request.sessionId,
    }));
  }
}

function isRendered(request: TextRequest): request is TextRequest & { readonly prompt: { readonly type: 'tokens' } } {
  return request.isRendered === true && request.prompt.type === 'tokens';
}

function checkPriority(priority = 0): void {
  if (!Number.isSafeInteger(priority)) {
    throw new InvalidRequestError('priority must be an integer of at most 53 bits.', { param: 'priority' });
  }
}

/** Longer ones would only fill the engine's tables. */
const MAX_SESSION_ID_LENGTH = 1024;

function checkSessionId(sessionId = ''): void {
  if (sessionId.length > MAX_SESSION_ID_LENGTH) {
    throw new InvalidRequestError(`session_id must have at most ${MAX_SESSION_ID_LENGTH} characters.`, {
      param: 'session_id',
    });
  }
}

function unixSeconds(): number {
  return Date.now() / 1000;
}
