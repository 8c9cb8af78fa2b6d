import { join } from 'node:path';
import { findPackageRoot } from '@app/model-repository';
import type { ModelDescription } from '@app/model-repository';
import { ConstraintWorkers } from './checker/constraint-workers.js';
import { toConstraint } from './constraint.js';
import type { ConstraintFields, JsonStyle } from './constraint.js';
import { GrammarEngine } from './engine/grammar-engine.js';
import type { GrammarFollower } from './engine/grammar-engine.js';
import type { MatcherOptions } from './engine/token-masks.js';
import { matcherThreads } from './engine/spawn-matcher-thread.js';

export interface OutputGrammarsOptions {
  /** Whose tokenizer.json says what tokens write. */
  readonly model: Pick<ModelDescription, 'tokenizerFile' | 'tokenizerConfig'>;
  readonly style?: JsonStyle | undefined;
  /** Memory that the grammars of one thread may take. Default: 512 MiB. */
  readonly maxMemoryBytes?: number | undefined;
}

/** Tokens that may end an output. */
export type OutputEnds = Pick<MatcherOptions, 'eosTokenId' | 'stopTokenIds'>;

/** Compiled entries of the worker threads of this lib. */
export const CONSTRAINT_WORKER = workerPath('checker/constraint.worker.js');
const MATCHER_WORKER = workerPath('engine/matcher.worker.js');

const DEFAULT_MEMORY_BYTES = 512 * 2 ** 20;

/** Holds outputs of one model to constraints, off the event loop. Threads start with the first constraint. */
export class OutputGrammars {
  private readonly constraints: ConstraintWorkers;
  private readonly engine: GrammarEngine;

  constructor({ model, style, maxMemoryBytes = DEFAULT_MEMORY_BYTES }: OutputGrammarsOptions) {
    const { tokenizerFile, tokenizerConfig } = model;
    this.constraints = new ConstraintWorkers({ entry: CONSTRAINT_WORKER, style });
    this.engine = new GrammarEngine({
      spawn: matcherThreads(MATCHER_WORKER, { model: { tokenizerFile, tokenizerConfig }, maxMemoryBytes }),
    });
  }

  /**
   * Follows an output from its first token on; resolves when that can be chosen. Rejects with `InvalidRequestError` for a constraint that cannot be enforced in time
   * and memory, with `OverloadedError` when too many wait.
   */
  async follow(fields: ConstraintFields, ends: OutputEnds): Promise<GrammarFollower> {
    const constraint = toConstraint(fields);
    const grammar = await this.constraints.compile(constraint);
    // The markup of structural tags is made of special tokens; nothing else may hold one, since they are not shown.
    const follower = this.engine.follow(grammar, { ...ends, specialTokens: constraint.type === 'structural-tag' });
    try {
      await follower.allowed();
      return follower;
    } catch (error) {
      follower.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.engine.close();
    await this.constraints.close();
  }
}

function workerPath(name: string): string {
  return join(findPackageRoot(), 'dist/libs/structured-output/src', name);
}
