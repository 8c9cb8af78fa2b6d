import type { StructuredOutputs } from '@app/engine-protocol';
import type { GrammarFollower, TokenSet } from '@app/structured-output';
import { InvalidRequestError } from '@app/errors';

/**
 * Grammars of a fixed text: `choice` names its tokens, such as `["3 4"]`, and the end. What follows them is counted. `["broken"]` cannot be compiled, and `["5 broken"]` not be
 * followed beyond its first token.
 */
export class FakeGrammars {
  open = 0;
  isClosed = false;

  async follow(
    { choice = [] }: Partial<StructuredOutputs>,
    { eosTokenId }: { readonly eosTokenId: number | undefined },
  ): Promise<GrammarFollower> {
    const words = (choice[0] ?? '').split(' ');
    if (words[0] === 'broken') throw new InvalidRequestError('it is broken');
    await Promise.resolve();
    this.open += 1;
    let at = 0;
    const allowed = async (): Promise<TokenSet | undefined> => {
      await Promise.resolve();
      if (words[at] === 'broken') throw new InvalidRequestError('it broke');
      if (at < words.length) return Int32Array.of(1 << Number(words[at]));
      return eosTokenId === undefined ? undefined : Int32Array.of(1 << eosTokenId);
    };
    return {
      allowed,
      advance: () => {
        at += 1;
      },
      close: () => {
        this.open -= 1;
      },
    };
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

/** The constraint that `FakeGrammars` makes these tokens of. */
export function tokensOnly(text: string): StructuredOutputs {
  return {
    choice: [text],
    disableAnyWhitespace: false,
    disableAdditionalProperties: false,
    backendWasAuto: true,
  };
}
