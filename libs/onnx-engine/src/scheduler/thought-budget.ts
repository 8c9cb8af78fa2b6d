import type { TokenHistory } from '../sampler/token-history.js';
import { isAt, lastPlace } from './thought.js';
import type { ThoughtOptions } from './thought.js';

export interface ThoughtBudgetOptions extends ThoughtOptions {
  /** Most tokens between the markers of one thought: `thinking_token_budget`. */
  readonly maxTokens: number;
}

interface OpenThought {
  /** Tokens so far, those in the prompt too. */
  length: number;
  /** The marker that belongs to the one that opened it. */
  readonly end: readonly number[];
}

/** Ends the thoughts of one output that have used up their budget; each has the whole of it, as in vLLM. */
export class ThoughtBudget {
  private thought: OpenThought | undefined;

  constructor(
    private readonly history: TokenHistory,
    private readonly options: ThoughtBudgetOptions,
  ) {
    this.thought = thoughtOfPrompt(history.tokenIds, options);
  }

  /** The one token that must come next: of the marker that ends a thought whose budget is used up. */
  get forcedTokenId(): number | undefined {
    if (this.thought === undefined || this.thought.length < this.options.maxTokens) return undefined;
    const { end } = this.thought;
    for (let written = end.length - 1; written > 0; written -= 1) {
      if (this.history.outputEndsWith(end, written)) return end[written];
    }
    return end[0];
  }

  /** Call it after each token of the output, when the history has it. */
  advance(): void {
    const { start, end } = this.options.markers;
    const isWritten = (marker: readonly number[]): boolean => this.history.outputEndsWith(marker);
    if (this.thought === undefined) this.thought = opened(this.options, start.findIndex(isWritten), 0);
    else if (end.some(isWritten)) this.thought = undefined;
    else this.thought.length += 1;
  }
}

/** Whether thoughts are shown does not matter here: what the prompt has begun is a thought. */
function thoughtOfPrompt(tokenIds: readonly number[], options: ThoughtBudgetOptions): OpenThought | undefined {
  const { markers, ended } = options;
  const start = lastPlace(tokenIds, markers.start);
  const closed = lastPlace(tokenIds, markers.end);
  if (start > closed) {
    const kind = markers.start.findIndex((marker) => isAt(tokenIds, marker, start));
    return opened(options, kind, tokenIds.length - start - markers.start[kind].length);
  }
  const isImplicit = markers.isImplicit || markers.start.length === 0;
  return isImplicit && (ended ?? closed >= 0) === false ? opened(options, 0, 0) : undefined;
}

function opened({ markers: { end } }: ThoughtBudgetOptions, kind: number, length: number): OpenThought | undefined {
  const own = end.at(kind) ?? end.at(0);
  return kind < 0 || own === undefined ? undefined : { length, end: own };
}
