import { TemplateBudgetError } from '../errors.js';

/** What one render may use. Every limit has a default, so that no template can hang or fill the memory of the process. */
export interface RenderLimits {
  /** Nodes evaluated, elements touched and (64 at a time) characters written. */
  readonly maxSteps?: number;
  /** UTF-16 units of the result, and of any string on the way. */
  readonly maxOutputChars?: number;
  /** Milliseconds of wall clock from the start of the render. */
  readonly deadlineMs?: number;
  /** Calls of macros, recursive loops and nested values inside each other. */
  readonly maxDepth?: number;
}

export const defaultLimits: Required<RenderLimits> = {
  maxSteps: 8_000_000,
  maxOutputChars: 32 * 1024 * 1024,
  deadlineMs: 30_000,
  maxDepth: 200,
};

const charsPerStep = 64;
const stepsPerClockRead = 4096;
const maxListLength = 4_000_000;
/** Bits of an integer; Python has no such limit, but nobody counts tokens beyond this. */
const maxIntegerBits = 1 << 17;

/** Counts what a render has used and ends it when that is too much. */
export class Budget {
  private steps = 0;
  private nextClockRead = stepsPerClockRead;
  private depth = 0;
  private readonly endsAt: number;
  readonly limits: Required<RenderLimits>;

  constructor(limits: RenderLimits = {}) {
    this.limits = { ...defaultLimits, ...limits };
    this.endsAt = performance.now() + this.limits.deadlineMs;
  }

  /** One unit of work. */
  step(): void {
    if (++this.steps >= this.nextClockRead) {
      this.check();
    }
  }

  /** `count` units of work at once: elements of a list that is copied, searched or sorted. */
  charge(count: number): void {
    this.steps += count;
    if (this.steps >= this.nextClockRead) {
      this.check();
    }
  }

  /** Call before a string of that many UTF-16 units is made. */
  text(length: number): void {
    if (length > this.limits.maxOutputChars) {
      throw new TemplateBudgetError(`The template made a text of more than ${this.limits.maxOutputChars} characters.`);
    }
    this.charge(Math.ceil(length / charsPerStep));
  }

  /** Call before a list of that many elements is made. */
  list(length: number): void {
    if (length > maxListLength) {
      throw new TemplateBudgetError(`The template made a list of more than ${maxListLength} elements.`);
    }
    this.charge(length);
  }

  /** Call before an integer of that many bits is made. */
  integer(bits: number): void {
    if (bits > maxIntegerBits) {
      throw new TemplateBudgetError(`The template made an integer of more than ${maxIntegerBits} bits.`);
    }
    this.charge(Math.ceil(bits / charsPerStep));
  }

  /** Runs `inner` one level deeper: macros, recursive loops, values inside values. */
  nested<T>(inner: () => T): T {
    if (++this.depth > this.limits.maxDepth) {
      throw new TemplateBudgetError('maximum recursion depth exceeded');
    }
    const result = inner();
    this.depth--;
    return result;
  }

  private check(): void {
    if (this.steps > this.limits.maxSteps) {
      throw new TemplateBudgetError(`The template needs more than ${this.limits.maxSteps} steps.`);
    }
    if (performance.now() > this.endsAt) {
      throw new TemplateBudgetError(`The template takes longer than ${this.limits.deadlineMs} ms.`);
    }
    this.nextClockRead = Math.min(this.steps + stepsPerClockRead, this.limits.maxSteps + 1);
  }
}
