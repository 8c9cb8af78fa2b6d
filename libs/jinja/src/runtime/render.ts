import type { Value } from '../values/value.js';
import type { FilterContext } from '../filters/filter.js';
import type { Budget } from './budget.js';
import type { Reference, Scope } from './scope.js';

/** The values of one entered scope. A slot without value is a name that is not defined. */
export interface Frame {
  readonly slots: (Value | undefined)[];
  readonly parent: Frame | undefined;
}

/** Text being written: the result, or what a capture collects. */
export class Output {
  text = '';

  constructor(private readonly budget: Budget) {}

  write(part: string): void {
    this.budget.text(part.length);
    this.text += part;
    if (this.text.length > this.budget.limits.maxOutputChars) {
      this.budget.text(this.text.length);
    }
  }
}

/** State of one render. */
export interface Render extends FilterContext {
  readonly budget: Budget;
  /** Names that scopes do not hold: the caller's variables over the globals. */
  variables: ReadonlyMap<string, Value>;
  /** Names assigned at the top level, which blocks and macros see too. */
  exported: Map<string, Value>;
  readonly blocks: ReadonlyMap<string, BlockBody>;
  autoescape: boolean;
  out: Output;
}

export interface BlockBody {
  readonly run: (render: Render) => void;
}

export type Evaluate = (render: Render, frame: Frame) => Value;
/** What a statement does to the loop around it. */
export type Signal = 'break' | 'continue' | undefined;
export type Execute = (render: Render, frame: Frame) => Signal;

export function enterScope(scope: Scope, render: Render, parent: Frame | undefined): Frame {
  const { entries } = scope;
  const slots = new Array<Value | undefined>(entries.length);
  for (let slot = 0; slot < entries.length; slot++) {
    const [name, load] = entries[slot];
    switch (load.kind) {
      case 'resolve':
        slots[slot] = resolveVariable(render, name);
        break;
      case 'alias':
        slots[slot] = parent && frameAt(parent, load.from.hops).slots[load.from.slot];
        break;
      case 'parameter':
      case 'missing':
        break;
    }
  }
  return { slots, parent };
}

/** A name that no scope holds. */
export function resolveVariable({ exported, variables }: Render, name: string): Value | undefined {
  return exported.has(name) ? exported.get(name) : variables.get(name);
}

export function frameAt(frame: Frame, hops: number): Frame {
  let current = frame;
  for (let hop = 0; hop < hops && current.parent !== undefined; hop++) {
    current = current.parent;
  }
  return current;
}

export function readReference(frame: Frame, { hops, slot }: Reference): Value | undefined {
  return frameAt(frame, hops).slots[slot];
}

/** Runs `body` with its output collected instead of written. */
export function capture(render: Render, body: () => void): string {
  const outer = render.out;
  const inner = new Output(render.budget);
  render.out = inner;
  body();
  render.out = outer;
  return inner.text;
}
