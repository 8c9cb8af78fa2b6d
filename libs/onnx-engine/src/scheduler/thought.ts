import type { TokenHistory } from '../sampler/token-history.js';

/** Token sequences that open thoughts, and that end them. */
export interface ThoughtMarkers {
  readonly start: readonly (readonly number[])[];
  readonly end: readonly (readonly number[])[];
}

export interface ThoughtOptions {
  readonly markers: ThoughtMarkers;
  /** What the front end knows; undefined: the prompt says it. */
  readonly ended: boolean | undefined;
  /** Tokens after which the thought is ended for the model. */
  readonly budget: number | undefined;
}

/** How far an output is with the thought that may come first. */
export class Thought {
  private state: 'before' | 'inside' | 'ended';
  private length = 0;

  constructor(
    private readonly history: TokenHistory,
    private readonly options: ThoughtOptions,
  ) {
    this.state = this.firstState();
  }

  /** What the model writes now is the answer. */
  get hasEnded(): boolean {
    return this.state === 'ended';
  }

  /** The token that must come next, since the budget is used up: the end of the thought, piece by piece. */
  get forcedTokenId(): number | undefined {
    const { budget, markers } = this.options;
    const end = markers.end.at(0);
    if (this.state !== 'inside' || budget === undefined || this.length < budget || end === undefined) return undefined;
    for (let written = end.length - 1; written > 0; written -= 1) {
      if (this.history.outputEndsWith(end, written)) return end[written];
    }
    return end[0];
  }

  /** Call it after each token of the output. */
  advance(): void {
    if (this.state === 'ended') return;
    const { start, end } = this.options.markers;
    if (this.state === 'inside') this.length += 1;
    if (end.some((marker) => this.history.outputEndsWith(marker))) this.state = 'ended';
    else if (start.some((marker) => this.history.outputEndsWith(marker))) this.state = 'inside';
  }

  private firstState(): 'before' | 'inside' | 'ended' {
    const { markers, ended } = this.options;
    if (ended === true) return 'ended';
    const opened = lastPlace(this.history.tokenIds, markers.start);
    const closed = lastPlace(this.history.tokenIds, markers.end);
    if (opened > closed) return 'inside';
    if (closed >= 0 && ended === undefined) return 'ended';
    // A model that writes no opening marker thinks from the start.
    return markers.start.length === 0 ? 'inside' : 'before';
  }
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
