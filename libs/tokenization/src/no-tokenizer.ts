import { InvalidRequestError } from '@app/errors';
import type { IncrementalDecoder, Tokenizer, TokenPlaces } from './tokenizer.js';

/** What a server without a tokenizer has in its place: token ids pass, text is refused (`InvalidRequestError`, in vLLM's words). */
export class NoTokenizer implements Tokenizer {
  readonly vocabularySize = 0;
  readonly maxCharsPerToken = 1;
  readonly bosTokenId = undefined;
  readonly eosTokenId = undefined;
  readonly specialTokens = {};
  readonly addedTokens = [];

  isSpecial(): boolean {
    return false;
  }

  encode(): Promise<number[]> {
    return Promise.reject(notLoaded());
  }

  encodeWithOffsets(): Promise<TokenPlaces> {
    return Promise.reject(notLoaded());
  }

  decode(): string {
    throw notLoaded();
  }

  piece(): undefined {
    return undefined;
  }

  tokenId(): undefined {
    return undefined;
  }

  createIncrementalDecoder(): IncrementalDecoder {
    return silence;
  }
}

/** For outputs that nobody reads as text. */
const silence: IncrementalDecoder = { push: () => '', finish: () => '' };

function notLoaded(): InvalidRequestError {
  return new InvalidRequestError('Tokenizer not available when `skip_tokenizer_init=True`');
}
