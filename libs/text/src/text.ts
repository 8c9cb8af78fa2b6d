import { InvalidRequestError } from '@app/errors';
import type { Engine } from '@app/engine-protocol';
import type { ModelDescription } from '@app/model-repository';
import { isFloatDtype } from '@app/tensor';
import type { Tokenizer } from '@app/tokenization';
import { checkBeams } from './beam-sampling.js';
import { findConstraintFault } from './constraint-checker.js';
import type { ConstraintChecker } from './constraint-checker.js';
import { GeneratedElsewhere } from './generated-elsewhere.js';
import { RowsLoader } from './load-rows.js';
import type { RowsFacts } from './load-rows.js';
import type { PreparedText } from './prepared-text.js';
import { checkRequest } from './request.rules.js';
import type { TextListener } from './request-stats.js';
import { resolveRenderedSampling, resolveSampling } from './resolve-sampling.js';
import { RunningRequests } from './running-requests.js';
import { checkFreeValues, checkSampling } from './sampling.rules.js';
import { toSamplingDefaults } from './sampling-defaults.js';
import type { SamplingDefaults } from './sampling-defaults.js';
import { settleSampling } from './settle-sampling.js';
import { startBeamSearch } from './start-beam-search.js';
import { startSamples } from './start-samples.js';
import { checkConstraintKind } from './structured-outputs.rules.js';
import { defaultLimits } from './text-limits.js';
import type { TextLimits } from './text-limits.js';
import { hasTokenizer, promptVocabularySize } from './text-parts.js';
import type { TextParts } from './text-parts.js';
import type { TextRequest } from './text-request.js';
import { toBadWordsTokenIds } from './to-bad-words-token-ids.js';
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
  /** Undefined: what engines cannot compile is theirs to refuse. */
  readonly constraintChecker?: ConstraintChecker | undefined;
  readonly listener?: TextListener | undefined;
  /** UNIX seconds. */
  readonly now?: (() => number) | undefined;
}

/** Prompts in, text out: the front end's duties around an engine that knows token ids only. */
export class Text {
  readonly defaults: SamplingDefaults;
  /** For tokens that another server's engine made. */
  readonly generatedElsewhere: GeneratedElsewhere;
  private readonly parts: TextParts;
  private readonly rows: RowsLoader | undefined;
  private readonly constraintChecker: ConstraintChecker | undefined;
  private readonly running = new RunningRequests();
  private readonly badWordsTokenIds = new WeakMap<readonly string[], Promise<readonly (readonly number[])[]>>();

  constructor(options: TextOptions) {
    const { engine, tokenizer, model, defaults, limits, promptEmbeds, listener = {}, now = unixSeconds } = options;
    const { dtype } = engine.info;
    const { vocabularySize, generation } = model;
    this.defaults = defaults ?? toSamplingDefaults(generation);
    this.constraintChecker = options.constraintChecker;
    this.parts = {
      ...{ engine, tokenizer, listener, now, vocabularySize },
      texts: new TokenTexts(tokenizer),
      limits: { ...defaultLimits, ...limits },
      // An id without a logit can end the engine, and end no text.
      modelEosTokenIds: generation.eosTokenIds.filter((id) => id < vocabularySize),
    };
    // float32 holds every dtype of a model exactly; an engine that does not tell its own casts what it gets.
    this.rows = promptEmbeds && new RowsLoader({ ...promptEmbeds, dtype: isFloatDtype(dtype) ? dtype : 'float32' });
    this.generatedElsewhere = new GeneratedElsewhere({ ...this.parts, defaults: this.defaults });
  }

  get tokenizer(): Tokenizer {
    return this.parts.tokenizer;
  }

  get limits(): TextLimits {
    return this.parts.limits;
  }

  /** Rows of the logits: ids that a model can make. */
  get vocabularySize(): number {
    return this.parts.vocabularySize;
  }

  /** Prompts may be, or hold, rows of embeddings. */
  get takesPromptEmbeds(): boolean {
    return this.rows !== undefined;
  }

  /** Prompt and output together, in tokens. */
  get maxModelLen(): number {
    return this.parts.engine.info.maxModelLen;
  }

  /** False: token ids in and out, no text. */
  get hasTokenizer(): boolean {
    return hasTokenizer(this.parts);
  }

  /** Requests that the engine runs at once; undefined when it does not tell. */
  get maxNumSeqs(): number | undefined {
    return this.parts.engine.info.maxNumSeqs;
  }

  /** Throws `InvalidRequestError` for an id that neither the tokenizer nor the model has. `param`: the field that the ids came from. */
  checkVocabulary(tokenIds: readonly number[], param: string): void {
    const highest = tokenIds.reduce((most, id) => Math.max(most, id), 0);
    if (highest >= promptVocabularySize(this.parts)) {
      throw new InvalidRequestError(`Token id ${highest} is out of vocabulary`, { param });
    }
  }

  /**
   * Ends requests by the ids they were made with; unknown ones are ignored. Unlike `TextGeneration.abort`, their sinks hear of it: every sample gets
   * a last delta with finish reason `abort`.
   */
  abort(requestIds: readonly string[]): void {
    this.running.cancel(requestIds);
  }

  /** The same for every request that runs; gives their number. */
  abortAll(): number {
    const { ids } = this.running;
    this.running.cancel(ids);
    return ids.length;
  }

  /**
   * Tokenises the prompt, fills in defaults and makes every check that gets a status of its own even when the answer is streamed
   * (completions-and-chat.md §4.2, §4.4). Rejects with `InvalidRequestError`; nothing has gone to the engine.
   */
  async prepare(request: TextRequest): Promise<PreparedText> {
    const { parts, running, tokenizer, limits, maxModelLen, rows } = this;
    const arrivalTime = parts.now();
    checkRequest(request);
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
    const checked = { request, arrivalTime, promptTokenIds, promptEmbeds, sampling };
    const prepared = { request, promptTokenIds, promptTokenOffsets, sampleCount: sampling.n };
    if (beamSearch) {
      checkBeams(sampling, beamSearch, limits);
      return {
        ...prepared,
        sampling,
        start: (sink) =>
          startBeamSearch({ ...checked, ...beamSearch, badWordsTokenIds: [] }, sink, { ...parts, running }),
      };
    }
    checkSampling(sampling, limits);
    checkFreeValues(request.reasoningParserKwargs, 'chat_template_kwargs');
    const badWordsTokenIds = await this.tokenizeBadWords(sampling.badWords);
    const constraintFault = await findConstraintFault(sampling.structuredOutputs, {
      checker: this.constraintChecker,
      backend: limits.structuredOutputsBackend,
    });
    return {
      ...prepared,
      sampling: settleSampling(sampling),
      start: (sink) => startSamples({ ...checked, badWordsTokenIds, constraintFault }, sink, { ...parts, running }),
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
}

function isRendered(request: TextRequest): request is TextRequest & { readonly prompt: { readonly type: 'tokens' } } {
  return request.isRendered === true && request.prompt.type === 'tokens';
}

function unixSeconds(): number {
  return Date.now() / 1000;
}
