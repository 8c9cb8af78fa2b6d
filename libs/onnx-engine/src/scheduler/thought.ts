import type { TokenHistory } from '../sampler/token-history.js';

/** How a model marks its thoughts, in tokens. */
export interface ThoughtMarkers {
  readonly start: readonly (readonly number[])[];
  readonly end: readonly (readonly number[])[];
  /** An answer begins with a thought, even if nothing opens one. */
  readonly isImplicit: boolean;
}

export interface ThoughtOptions {
  readonly markers: ThoughtMarkers;
  /** What the front end knows; undefined: the prompt says it. */
  readonly ended: boolean | undefined;
  /** Tokens after which the thought is ended for the model. */
  readonly budget: number | undefined;
}

type State =
  /** The first tokens tell whether there is a thought. */
  | { readonly type: 'undecided' }
  /** So much of a marker has been written that the rest must follow. */
  | { readonly type: 'opening'; readonly rest: readonly number[] }
  | { readonly type: 'inside' }
  | { readonly type: 'over' };

/** How far an output is with the thought that may come first. */
export class Thought {
  private state: State;
  private length = 0;

  constructor(
    private readonly history: TokenHistory,
    private readonly options: ThoughtOptions,
  ) {
    this.state = { type: this.firstState() };
  }

  /** What the model writes now is the answer. */
  get isOver(): boolean {
    return this.state.type === 'over';
  }

  /** Tokens with which a thought can begin now, instead of the answer. */
  get openingTokenIds(): readonly number[] {
    return this.state.type === 'undecided' ? this.options.markers.start.map(([first]) => first) : [];
  }

  /** The one token that must come next: the rest of a marker, or the end of a thought whose budget is used up. */
  get forcedTokenId(): number | undefined {
    if (this.state.type === 'opening') return this.state.rest[0];
    const { budget, markers } = this.options;
    const end = markers.end.at(0);
    if (this.state.type !== 'inside' || budget === undefined || this.length < budget || end === undefined) {
      return undefined;
    }
    for (let written = end.length - 1; written > 0; written -= 1) {
      if (this.history.outputEndsWith(end, written)) return end[written];
    }
    return end[0];
  }

  /** The next token, when the history has it. `isAnswer`: it is one of the answer, if that is undecided. */
  advance(tokenId: number, isAnswer: boolean): void {
    if (this.state.type === 'undecided') this.state = isAnswer ? { type: 'over' } : this.opened(tokenId);
    else if (this.state.type === 'opening') this.state = toOpening(this.state.rest.slice(1));
    else if (this.state.type === 'inside') {
      this.length += 1;
      if (this.options.markers.end.some((marker) => this.history.outputEndsWith(marker))) this.state = { type: 'over' };
    }
  }

  private opened(tokenId: number): State {
    const marker = this.options.markers.start.find(([first]) => first === tokenId);
    return marker === undefined ? { type: 'undecided' } : toOpening(marker.slice(1));
  }

  private firstState(): 'undecided' | 'inside' | 'over' {
    const { markers, ended } = this.options;
    if (ended === true) return 'over';
    const opened = lastPlace(this.history.tokenIds, markers.start);
    const closed = lastPlace(this.history.tokenIds, markers.end);
    if (opened > closed) return 'inside';
    if (closed >= 0 && ended === undefined) return 'over';
    return markers.isImplicit || markers.start.length === 0 ? 'inside' : 'undecided';
  }
}

function toOpening(rest: readonly number[]): State {
  return rest.length === 0 ? { type: 'inside' } : { type: 'opening', rest };
}

/** Where the last of these sequences begins; -1 when there is none. */
function lastPlace(tokenIds: readonly number[], sequences: readonly (readonly number[])[]): number {
  for (let at = tokenIds.length - 1; at >= 0; at -= 1) {
    if (
      sequences.some((sequence) => sequence.length > 0 && sequence.every((id, index) => tokenIds[at + index] === id))
    ) {
      return at;
    }
  }
  return -1;
}
