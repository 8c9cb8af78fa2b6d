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

/** Which tokens of one output may come next: by its grammar, once the thought is over, and by the budget of the thought. */
export class OutputConstraint {
  constructor(
    private readonly follower: GrammarFollower | undefined,
    private readonly thought: Thought | undefined,
    private readonly constrainsThoughts: boolean,
  ) {}

  /** Rejects when the grammar cannot be followed any more. */
  async next(): Promise<NextTokens> {
    const allowed = this.follower && this.isFollowing ? ((await this.follower.allowed()) ?? 'none') : 'any';
    const forced = this.thought?.forcedTokenId;
    if (forced === undefined || allowed === 'none') return allowed;
    return allowed === 'any' || holds(allowed, forced) ? only(forced) : allowed;
  }

  /** Call it after each token of the output, when the history has it. */
  advance(tokenId: number): void {
    if (this.isFollowing) this.follower?.advance(tokenId);
    this.thought?.advance();
  }

  close(): void {
    this.follower?.close();
  }

  private get isFollowing(): boolean {
    return this.constrainsThoughts || this.thought?.hasEnded !== false;
  }
}

function holds(set: TokenSet, tokenId: number): boolean {
  return tokenId >> 5 < set.length && ((set[tokenId >> 5] >>> (tokenId & 31)) & 1) === 1;
}

function only(tokenId: number): TokenSet {
  const set = new Int32Array((tokenId >> 5) + 1);
  set[tokenId >> 5] = 1 << (tokenId & 31);
  return set;
}
