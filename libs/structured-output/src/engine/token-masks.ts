import type { CompiledGrammar, GrammarCompiler, GrammarMatcher } from '@mlc-ai/web-xgrammar';
import { loadXGrammar } from './load-xgrammar.js';
import type { XGrammarModule } from './load-xgrammar.js';
import { isUtf8Piece, tokenSet, Utf8Guard } from './utf8-guard.js';
import type { TokenSet } from './utf8-guard.js';

/** What the tokens of a vocabulary write, by id, and which of them are special. */
export interface TokenVocabulary {
  readonly bytes: readonly (Uint8Array | undefined)[];
  readonly special: ReadonlySet<number>;
}

export interface MatcherOptions {
  /** Ends the output once it is whole. */
  readonly eosTokenId: number | undefined;
  /** Others that end the output. They end a whole one if they are special tokens; else they are text. */
  readonly stopTokenIds: readonly number[];
  /** Special tokens may stand for their text. */
  readonly specialTokens: boolean;
}

/** Compiles grammars for one vocabulary. Compilation is synchronous and may abort the WebAssembly instance: for use in a worker thread. */
export class TokenMasks {
  private constructor(
    private readonly xgrammar: XGrammarModule,
    private readonly compiler: GrammarCompiler,
    private readonly vocabulary: { readonly guard: Utf8Guard; readonly special: TokenSet; readonly phantom: number },
  ) {}

  static async create({ bytes, special }: TokenVocabulary): Promise<TokenMasks> {
    const xgrammar = loadXGrammar();
    const tokens = Array.from(bytes, (token) => (token && isUtf8Piece(token) ? token : undefined));
    // A token without text is never allowed.
    const pieces = tokens.map((token) => (token ? toByteAlphabet(token) : ''));
    // One more, which stands for the end where no token does: XGrammar aborts without any.
    const phantom = pieces.push('') - 1;
    const tokenizer = await xgrammar.TokenizerInfo.createTokenizerInfo(pieces, 'byte_level', false, pieces.length, []);
    const compiler = await xgrammar.GrammarCompiler.createGrammarCompiler(tokenizer, false);
    return new TokenMasks(xgrammar, compiler, {
      guard: new Utf8Guard(tokens),
      special: tokenSet(pieces.length, special),
      phantom,
    });
  }

  compile(ebnf: string): Promise<CompiledGrammar> {
    return this.compiler.compileGrammar(ebnf);
  }

  async createMatcher(grammar: CompiledGrammar, options: MatcherOptions): Promise<TokenMatcher> {
    const { eosTokenId, specialTokens } = options;
    const { guard, special, phantom } = this.vocabulary;
    const isSpecial = (id: number): boolean => ((special[id >> 5] >>> (id & 31)) & 1) === 1;
    const stopTokenIds = [
      ...(eosTokenId === undefined || eosTokenId >= phantom ? [] : [eosTokenId]),
      ...options.stopTokenIds.filter((id) => id !== eosTokenId && id < phantom && isSpecial(id)),
    ];
    const ends = stopTokenIds.length === 0 ? [phantom] : stopTokenIds;
    const matcher = await this.xgrammar.GrammarMatcher.createGrammarMatcher(grammar, ends);
    return new TokenMatcher(matcher, { guard, hidden: specialTokens ? undefined : special, stopTokenIds, phantom });
  }
}

interface MatcherParts {
  readonly guard: Utf8Guard;
  /** Tokens that may not stand for their text. */
  readonly hidden: TokenSet | undefined;
  readonly stopTokenIds: readonly number[];
  /** The token that is none. */
  readonly phantom: number;
}

/** Follows one output through a grammar. */
export class TokenMatcher {
  private previous: number | undefined;

  constructor(
    private readonly matcher: GrammarMatcher,
    private readonly parts: MatcherParts,
  ) {}

  /** The tokens that may come next; undefined: none, the output is whole. */
  async allowed(): Promise<TokenSet | undefined> {
    if (this.matcher.isTerminated()) return undefined;
    const set = await this.matcher.getNextTokenBitmask();
    const { guard, hidden, stopTokenIds, phantom } = this.parts;
    const stops = stopTokenIds.filter((id) => ((set[id >> 5] >>> (id & 31)) & 1) === 1);
    if (hidden) for (let word = 0; word < set.length; word++) set[word] &= ~hidden[word];
    for (const id of stops) set[id >> 5] |= 1 << (id & 31);
    set[phantom >> 5] &= ~(1 << (phantom & 31));
    guard.restrict(set, this.previous);
    return set.some((word) => word !== 0) ? set : undefined;
  }

  /** False for a token that does not fit; the matcher stays as it is. */
  accept(tokenId: number): boolean {
    this.previous = tokenId;
    return !this.matcher.isTerminated() && this.matcher.acceptToken(tokenId);
  }

  dispose(): void {
    this.matcher.dispose();
  }
}

/** XGrammar's name for bytes: GPT-2's alphabet, in which printable Latin-1 characters stand for their own byte. */
export function toByteAlphabet(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => ALPHABET[byte]).join('');
}

const ALPHABET: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(isPrintable ? byte : next++);
  });
})();
