import type { PatternProgram } from './pattern.program.js';

/** How far a match may still grow behind the first place where it could end. A bound, so that no text is read again and again. */
const MAX_GROWTH = 64;
/** Of the other units none is idle. */
const IDLE_UNITS = 256;
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

/** One way in which the text so far may match: from `start` to the instruction `at`, with what the groups took (`slots`). */
interface Thread {
  readonly at: number;
  readonly start: number;
  readonly slots: readonly number[];
}

/** How an instruction is reached; `position`: of the next character. */
interface Path {
  readonly start: number;
  readonly slots: readonly number[];
  readonly position: number;
}

/**
 * Looks for the first match of some patterns in a text that is given unit by unit. All ways to match are followed side by side (Thompson, Pike), so the
 * work is linear in the text whatever the patterns are.
 */
export class PatternScanner {
  /** The preferred one comes first; those that start earlier come before others. */
  private threads: Thread[] = [];
  private found: PatternMatch | undefined;
  /** Threads that stay what they are while most of a text is read. */
  private idleThreads: readonly Thread[] = [];
  private isIdle = true;
  /** 1 for units after which the idle threads are what they were. */
  private readonly idle = new Uint8Array(IDLE_UNITS);
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

  /** Where the next unit to read stands. */
  get end(): number {
    return this.position;
  }

  /**
   * Reads the units of a text from an index on, up to the end of it or the place where a match is certain. Nothing may follow a match: scanning goes on
   * behind it, with another scanner.
   */
  read(text: string, from: number): PatternMatch | undefined {
    for (let at = from; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (this.isIdle && unit < IDLE_UNITS && this.idle[unit] === 1) {
        this.position += 1;
        continue;
      }
      const match = this.step(unit);
      if (match) return match;
    }
    return undefined;
  }

  private step(unit: number): PatternMatch | undefined {
    const position = this.position++;
    const { instructions } = this.program;
    const before = this.threads;
    const threads = [...before];
    if (!this.found && this.program.mayBeginWith(unit)) {
      this.reach(threads, 0, { start: position, slots: NO_SLOTS, position });
    }
    const next: Thread[] = [];
    for (const { at, start, slots } of threads) {
      const instruction = instructions[at];
      if (instruction.type === 'character' && instruction.test(unit)) {
        const saved = withSaved(slots, instruction.saves, position);
        this.reach(next, at + 1, { start, slots: saved, position: position + 1 });
      }
    }
    this.threads = next;
    this.settle();
    this.noteIdle(before, unit);
    const grown = this.found !== undefined && this.position - this.found.end >= MAX_GROWTH;
    return this.threads.length === 0 || grown ? this.found : undefined;
  }

  /** The text ends. */
  finish(): PatternMatch | undefined {
    return this.found;
  }

  private noteIdle(before: readonly Thread[], unit: number): void {
    const wasIdle = this.isIdle;
    this.isIdle = !this.found && areSame(this.idleThreads, this.threads);
    if (!this.isIdle && !this.found && areSame(before, this.threads)) {
      this.idleThreads = this.threads;
      this.idle.fill(0);
      this.isIdle = true;
    } else if (!wasIdle) return;
    if (this.isIdle && unit < IDLE_UNITS) this.idle[unit] = 1;
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

  /** Adds the threads that go on at an instruction, those behind it where it reads no character. */
  private reach(threads: Thread[], at: number, path: Path): void {
    const { start, slots, position } = path;
    if (this.reached[at] === position) return;
    this.reached[at] = position;
    const instruction = this.program.instructions[at];
    switch (instruction.type) {
      case 'jump':
        this.reach(threads, instruction.to, path);
        break;
      case 'split':
        this.reach(threads, instruction.first, path);
        this.reach(threads, instruction.second, path);
        break;
      case 'save':
        this.reach(threads, at + 1, { ...path, slots: withSaved(slots, [instruction.slot], position) });
        break;
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

function withSaved(slots: readonly number[], saves: readonly number[], position: number): readonly number[] {
  if (saves.length === 0) return slots;
  const saved = [...slots];
  for (const slot of saves) saved[slot] = position;
  return saved;
}

function areSame(some: readonly Thread[], others: readonly Thread[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ at, start, slots }, i) => {
      const other = others[i];
      return at === other.at && start === other.start && slots === other.slots;
    })
  );
}
