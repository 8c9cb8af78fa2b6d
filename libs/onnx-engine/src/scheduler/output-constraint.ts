import type { EngineRequest } from '@app/engine-protocol';
import type { GrammarFollower, OutputGrammars, TokenSet } from '@app/structured-output';
import type { Thought, ThoughtMarkers } from './thought.js';

/** What outputs can be held to. */
export interface ConstraintSettings {
  /** Undefined: nobody knows what the model's tokens write. */
  readonly grammars?: Pick<OutputGrammars, 'follow' | 'close'> | undefined;
  /** Of a model that thinks before it answers. */
  readonly thoughtMarkers?: ThoughtMarkers | undefined;
  /** Grammars hold for thoughts too: `--structured-outputs-config.enable_in_reasoning`. */
  readonly constrainThoughts: boolean;
}

/** The tokens that may come next; `any`: all of them; `none`: the output is whole. */
export type NextTokens = TokenSet | 'any' | 'none';

/** Follows the grammar of a request; resolves when its first token can be chosen. Undefined without a constraint. Rejects as `OutputGrammars.follow`. */
export function followGrammar(
  { sampling }: EngineRequest,
  { grammars }: ConstraintSettings,
): Promise<GrammarFollower> | undefined {
  const { structuredOutputs, eosTokenId, stopTokenIds } = sampling;
  return structuredOutputs && grammars?.follow(structuredOutputs, { eosTokenId, stopTokenIds });
}

/** Which tokens of one output may come next: by its grammar, before or after a thought, and by the budget of the thought. */
export class OutputConstraint {
  /** What the grammar allows now, while it holds. */
  private allowed: NextTokens = 'any';

  constructor(
    private readonly follower: GrammarFollower | undefined,
    private readonly thought: Thought | undefined,
    private readonly constrainsThoughts: boolean,
  ) {}

  /** Rejects when the grammar cannot be followed any more. */
  async next(): Promise<NextTokens> {
    this.allowed = this.follower && this.holds ? ((await this.follower.allowed()) ?? 'none') : 'any';
    if (this.allowed === 'none' || this.thought === undefined) return this.allowed;
    const { forcedTokenId, openingTokenIds } = this.thought;
    if (forcedTokenId !== undefined) return this.allows(forcedTokenId) ? tokenSetOf([forcedTokenId]) : this.allowed;
    if (this.allowed === 'any' || this.constrainsThoughts) return this.allowed;
    return tokenSetOf(openingTokenIds, this.allowed);
  }

  /** Call it after each token of the output, when the history has it. */
  advance(tokenId: number): void {
    const isAnswer = this.follower !== undefined && this.allows(tokenId);
    if (this.holds && isAnswer) this.follower?.advance(tokenId);
    this.thought?.advance(tokenId, isAnswer && !this.constrainsThoughts);
  }

  close(): void {
    this.follower?.close();
  }

  /** The grammar has a say in the next token. Where a thought may come first, the first token decides. */
  private get holds(): boolean {
    const { thought } = this;
    return this.constrainsThoughts || thought === undefined || thought.isOver || thought.openingTokenIds.length > 0;
  }

  private allows(tokenId: number): boolean {
    if (typeof this.allowed === 'string') return this.allowed === 'any';
    const word = tokenId >> 5;
    return word < this.allowed.length && ((this.allowed[word] >>> (tokenId & 31)) & 1) === 1;
  }
}

/** A set of these tokens and those of another one. */
function tokenSetOf(tokenIds: readonly number[], others: TokenSet = new Int32Array(0)): TokenSet {
  const words = Math.max(others.length, ...tokenIds.map((id) => (id >> 5) + 1));
  const set = new Int32Array(words);
  set.set(others);
  for (const id of tokenIds) set[id >> 5] |= 1 << (id & 31);
  return set;
}
