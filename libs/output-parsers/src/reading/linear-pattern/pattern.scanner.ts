import type { PatternProgram } from './pattern.program.js';

/** How far a match may still grow behind the first place where it could end. A bound, so that no text is read again and again. */
const MAX_GROWTH = 64;
const NO_SLOTS: readonly number[] = [];

/** Positions count from the beginning of the text. */
export interface PatternMatch {
  /** Which of the patterns. */
  readonly option: number;
  readonly start: number;
  readonly end: number;
  /** Start and end of each named group, where it took part. */
  readonly groups: Readonly<Record<string, readonly [start: number, end: number]>>;
}

/** One way in which the text so far may match. */
interface Thread {
  readonly at: number;
  readonly start: number;
  readonly slots: readonly number[];
}

/**
 * Looks for the first match of some patterns in a text that is given unit by unit. All ways to match are followed side by side (Thompson, Pike), so the
 * work is linear in the text whatever the patterns are.
 */
export class PatternScanner {
  /** The preferred one comes first; those that start earlier come before others. */
  private threads: Thread[] = [];
  private found: PatternMatch | undefined;
  /** By instruction: the last position for which it was reached. */
  private readonly reached: Float64Array;

  /** `position`: of the first unit. */
  constructor(
    private readonly program: PatternProgram,
    private position: number,
  ) {
    this.reached = new Float64Array(program.instructions.length).fill(-1);
  }

  /** No match begins in front of it. */
  get certain(): number {
    return this.threads.at(0)?.start ?? this.found?.start ?? this.position;
  }

  /** The match, as soon as it is certain. Nothing may follow it: scanning goes on behind the match, with another scanner. */
  read(unit: number): PatternMatch | undefined {
    const { instructions } = this.program;
    const position = this.position++;
    if (!this.found && this.program.mayBeginWith(unit)) this.reach(this.threads, 0, position, NO_SLOTS, position);
    if (this.threads.length === 0) return this.found;
    const next: Thread[] = [];
    for (const { at, start, slots } of this.threads) {
      const instruction = instructions[at];
      if (instruction.type === 'character' && instruction.test(unit)) {
        this.reach(next, at + 1, start, slots, position + 1);
      }
    }
    this.threads = next;
    this.settle();
    const grown = this.found !== undefined && this.position - this.found.end >= MAX_GROWTH;
    return this.threads.length === 0 || grown ? this.found : undefined;
  }

  /** The text ends. */
  finish(): PatternMatch | undefined {
    return this.found;
  }

  /** Takes note of the preferred thread that is at its end, and gives up those behind it. */
  private settle(): void {
    const { instructions } = this.program;
    const end = this.threads.findIndex(({ at }) => instructions[at].type === 'match');
    if (end < 0) return;
    const thread = this.threads[end];
    const instruction = instructions[thread.at];
    if (instruction.type !== 'match') return;
    const { start, slots } = thread;
    this.found = { option: instruction.option, start, end: this.position, groups: this.groupsOf(slots) };
    this.threads.length = end;
  }

  /** Adds the threads that go on at an instruction without a character. `position`: of the next character. */
  private reach(threads: Thread[], at: number, start: number, slots: readonly number[], position: number): void {
    if (this.reached[at] === position) return;
    this.reached[at] = position;
    const instruction = this.program.instructions[at];
    switch (instruction.type) {
      case 'jump':
        this.reach(threads, instruction.to, start, slots, position);
        break;
      case 'split':
        this.reach(threads, instruction.first, start, slots, position);
        this.reach(threads, instruction.second, start, slots, position);
        break;
      case 'save': {
        const saved = [...slots];
        saved[instruction.slot] = position;
        this.reach(threads, at + 1, start, saved, position);
        break;
      }
      default:
        threads.push({ at, start, slots });
    }
  }

  private groupsOf(slots: readonly number[]): PatternMatch['groups'] {
    const { groups } = this.program;
    const taken = groups.flatMap((name, i) => {
      const range = [slots.at(2 * i), slots.at(2 * i + 1)];
      return range[0] === undefined || range[1] === undefined ? [] : [[name, [range[0], range[1]]] as const];
    });
    return Object.fromEntries(taken);
  }
}
