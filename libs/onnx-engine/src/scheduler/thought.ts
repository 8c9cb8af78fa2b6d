import type { TokenHistory } from '../sampler/token-history.js';

/** How a model marks its thoughts, in tokens. */
export interface ThoughtMarkers {
  readonly start: readonly (readonly number[])[];
  /** The first ones belong to those of `start`, in their order. */
  readonly end: readonly (readonly number[])[];
  /** An answer begins with a thought, even if nothing opens one. */
  readonly isImplicit: boolean;
}

export interface ThoughtOptions {
  readonly markers: ThoughtMarkers;
  /** What the front end knows; undefined: the prompt says it. */
  readonly ended: boolean | undefined;
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

  /** Tokens with which a thought can begin now, in the place of the answer. */
  get openingTokenIds(): readonly number[] {
    return this.state.type === 'undecided' ? this.options.markers.start.map(([first]) => first) : [];
  }

  /** The one token that must come next: of the rest of a marker. */
  get forcedTokenId(): number | undefined {
    return this.state.type === 'opening' ? this.state.rest[0] : undefined;
  }

  /** The next token, when the history has it. `isAnswer`: it is one of the answer, if that is undecided. */
  advance(tokenId: number, isAnswer: boolean): void {
    if (this.state.type === 'undecided') this.state = isAnswer ? { type: 'over' } : this.opened(tokenId);
    else if (this.state.type === 'opening') this.state = toOpening(this.state.rest.slice(1));
    else if (this.state.type === 'inside' && this.hasEnded()) this.state = { type: 'over' };
  }

  private hasEnded(): boolean {
    return this.options.markers.end.some((marker) => this.history.outputEndsWith(marker));
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
export function lastPlace(tokenIds: readonly number[], sequences: readonly (readonly number[])[]): number {
  for (let at = tokenIds.length - 1; at >= 0; at -= 1) {
    if (sequences.some((sequence) => isAt(tokenIds, sequence, at))) return at;
  }
  return -1;
}

/** An empty sequence is nowhere. */
export function isAt(tokenIds: readonly number[], sequence: readonly number[], at: number): boolean {
  return sequence.length > 0 && sequence.every((id, index) => tokenIds[at + index] === id);
}
