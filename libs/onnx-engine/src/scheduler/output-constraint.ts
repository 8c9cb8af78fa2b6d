import type { EngineRequest } from '@app/engine-protocol';
import type { GrammarFollower, OutputGrammars, TokenSet } from '@app/structured-output';
import { argmax } from '../sampler/largest-logits.js';
import type { ThoughtBudget } from './thought-budget.js';
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

export interface OutputConstraintParts {
  readonly follower: GrammarFollower | undefined;
  /** Of an output with a follower: what may come before it. */
  readonly thought: Thought | undefined;
  readonly budget: ThoughtBudget | undefined;
  readonly constrainsThoughts: boolean;
}

/** Which tokens of one output may come next: by its grammar, before or after a thought, and by the budget of its thoughts. */
export class OutputConstraint {
  /** What the grammar allows now, while it holds. */
  private allowed: NextTokens = 'any';
  private readonly follower: GrammarFollower | undefined;
  private readonly thought: Thought | undefined;
  private readonly budget: ThoughtBudget | undefined;
  private readonly constrainsThoughts: boolean;

  constructor({ follower, thought, budget, constrainsThoughts }: OutputConstraintParts) {
    this.follower = follower;
    this.thought = thought;
    this.budget = budget;
    this.constrainsThoughts = constrainsThoughts;
  }

  /** Rejects when the grammar cannot be followed any more. */
  async next(): Promise<NextTokens> {
    this.allowed = this.follower && this.holds ? ((await this.follower.allowed()) ?? 'none') : 'any';
    // What a grammar holds for is the answer, whatever it looks like.
    const budget = this.thought?.isOver ? undefined : this.budget;
    const forced = this.thought?.forcedTokenId ?? budget?.forcedTokenId;
    return forced !== undefined && this.allows(forced) ? only(forced) : this.allowed;
  }

  /** The same, when the model has spoken: where a thought may come first, there is one if the model would begin with it. `logits`: its own. */
  settle(next: TokenSet, logits: Float32Array): TokenSet {
    if (this.constrainsThoughts || this.thought === undefined) return next;
    const { openingTokenIds } = this.thought;
    const best = openingTokenIds.length > 0 ? argmax(logits) : -1;
    return openingTokenIds.includes(best) ? only(best) : next;
  }

  /** Call it after each token of the output, when the history has it. */
  advance(tokenId: number): void {
    const isAnswer = this.follower !== undefined && this.allows(tokenId);
    if (this.holds && isAnswer) this.follower?.advance(tokenId);
    this.thought?.advance(tokenId, isAnswer && !this.constrainsThoughts);
    this.budget?.advance();
  }

  close(): void {
    this.follower?.close();
  }

  /** The grammar has a say in the next token. */
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

function only(tokenId: number): TokenSet {
  const set = new Int32Array((tokenId >> 5) + 1);
  set[tokenId >> 5] = 1 << (tokenId & 31);
  return set;
}
