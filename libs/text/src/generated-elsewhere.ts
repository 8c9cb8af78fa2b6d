import type { SamplingParams } from '@app/engine-protocol';
import { resolveSampling } from './resolve-sampling.js';
import { checkSampling } from './sampling.rules.js';
import type { SamplingDefaults } from './sampling-defaults.js';
import type { GeneratedTokens } from './stop-token.js';
import type { TextParts } from './text-parts.js';
import type { SamplingRequest, TextRequest } from './text-request.js';
import { readOn, windowAfter } from './text-window.js';
import type { TextWindow, WindowStep } from './text-window.js';
import { toSamplingParams } from './to-sampling-params.js';
import { TokenReader } from './token-reader.js';

/** What of a request decides how its tokens become text. */
export interface ReadingSampling
  extends
    Pick<
      SamplingRequest,
      | 'stop'
      | 'stopTokenIds'
      | 'ignoreEos'
      | 'includeStopStrInOutput'
      | 'minTokens'
      | 'skipSpecialTokens'
      | 'spacesBetweenSpecialTokens'
    >,
    Pick<TextRequest, 'shownTokenIds'> {}

export interface GeneratedElsewhereOptions extends Pick<
  TextParts,
  'tokenizer' | 'texts' | 'limits' | 'modelEosTokenIds' | 'vocabularySize'
> {
  readonly defaults: SamplingDefaults;
}

/** Reads tokens that another server's engine generated. */
export class GeneratedElsewhere {
  constructor(private readonly options: GeneratedElsewhereOptions) {}

  /**
   * A reader of one sample of a request. `ending`: how the sample ended, when that is known from the start; then stop strings are looked for unless it
   * ended in another way. Throws `InvalidRequestError` for sampling that no request may have.
   */
  createReader(
    promptTokenIds: readonly number[],
    sampling: ReadingSampling,
    ending?: Omit<GeneratedTokens, 'tokenIds'>,
  ): TokenReader {
    const { tokenizer, texts } = this.options;
    const params = this.toParams({ ...sampling, stop: stopStrings(sampling.stop, ending) });
    const { shownTokenIds } = sampling;
    return new TokenReader({ promptTokenIds, sampling: params, shownTokenIds, tokenizer, texts });
  }

  /** Where the text of an output after this prompt begins. */
  windowAfter(promptTokenIds: readonly number[], sampling: ReadingSampling): TextWindow {
    return windowAfter(promptTokenIds, this.toParams(sampling), this.options.tokenizer);
  }

  /** The text of the next tokens after a window; stop strings are not looked for, as what came out cannot be taken back. */
  readOn(window: TextWindow, tokens: GeneratedTokens, sampling: ReadingSampling): WindowStep {
    return readOn(window, tokens, { params: this.toParams(sampling), tokenizer: this.options.tokenizer });
  }

  /** The text of a single token behind the tokens of `context`, as log probabilities show it; empty for an id beyond the vocabulary. */
  textOf(tokenId: number, context: readonly number[]): string {
    return this.options.texts.at(tokenId, context);
  }

  private toParams(sampling: ReadingSampling): SamplingParams {
    const { tokenizer, defaults, limits, modelEosTokenIds, vocabularySize } = this.options;
    const { minTokens = 0 } = sampling;
    const request: SamplingRequest = {
      minTokens,
      stop: sampling.stop,
      stopTokenIds: sampling.stopTokenIds,
      ignoreEos: sampling.ignoreEos,
      includeStopStrInOutput: sampling.includeStopStrInOutput,
      skipSpecialTokens: sampling.skipSpecialTokens,
      spacesBetweenSpecialTokens: sampling.spacesBetweenSpecialTokens,
      maxTokens: Math.max(1, minTokens),
      maxTokensField: 'max_tokens',
    };
    const resolved = resolveSampling(request, { ...defaults, maxTokensCap: undefined }, Infinity);
    checkSampling(resolved, limits);
    return toSamplingParams(resolved, {
      stream: true,
      eosTokenId: tokenizer.eosTokenId,
      modelEosTokenIds,
      badWordsTokenIds: [],
      vocabularySize,
      hasTokenizer: true,
      structuredOutputsBackend: limits.structuredOutputsBackend,
    });
  }
}

/** A string that is told as the reason is the only one; a stop token, or another end, leaves none. */
function stopStrings(
  asked: readonly string[] | undefined,
  ending: Omit<GeneratedTokens, 'tokenIds'> | undefined,
): readonly string[] | undefined {
  if (ending?.finishReason !== 'stop' || typeof ending.stopReason === 'number') return undefined;
  return typeof ending.stopReason === 'string' ? [ending.stopReason] : asked;
}
