import type { BlockNode, FilterNode, Statement } from '../syntax/nodes.js';
import { Markup } from '../values/markup.js';
import { orElse, type Value } from '../values/value.js';
import { compileFilter, type Place } from './compile-expression.js';
import { capture, enterScope, type Evaluate, type Execute, type Frame, type Render, type Signal } from './render.js';
import { Scope } from './scope.js';

/** What the compiler knows where a statement stands. */
export interface StatementPlace extends Place {
  /** Assignments here are seen by blocks. */
  readonly topLevel: boolean;
  /** `break` and `continue` have a loop to act on. */
  readonly insideLoop: boolean;
  readonly addBlock: (node: BlockNode) => void;
  /** Compiles a body: `compileStatements`, handed down so that the files of single statements need not import it. */
  readonly body: (nodes: readonly Statement[], place: StatementPlace) => Execute;
}

/** A scope below the current one. */
export function innerPlace(place: StatementPlace, scope: Scope): StatementPlace {
  return { ...place, scope, topLevel: false };
}

/** Captured text is Markup where escaping is on. */
export function captured(render: Render, body: () => void): string | Markup {
  return marked(render, capture(render, body));
}

function marked(render: Render, text: string): string | Markup {
  return render.autoescape ? new Markup(text) : text;
}

/** A body whose text goes through a filter. */
export interface CapturedBody {
  /** The body's text, or the signal that left it before its end. */
  readonly run: (render: Render, frame: Frame) => { readonly value: Value } | Signal;
}

/** Compiles a body in a scope of its own, with the filter that its text goes through (if any). */
export function compileCapture(
  { body, filter }: { readonly body: readonly Statement[]; readonly filter: FilterNode | undefined },
  place: StatementPlace,
): CapturedBody {
  const scope = new Scope(place.scope);
  scope.analyzeStatements(body);
  if (filter !== undefined) {
    scope.analyzeExpression(filter);
  }
  // No name of a template can have a space in it.
  const textSlot = scope.declareParameter('captured text');
  const inner = innerPlace(place, scope);
  const execute = place.body(body, inner);
  const text: Evaluate = (_, frame) => orElse(frame.slots[textSlot], () => '');
  const value = filter === undefined ? text : compileFilter(filter, inner, text);
  return {
    run: (render, frame) => {
      const innerFrame = enterScope(scope, render, frame);
      let signal: Signal;
      const written = capture(render, () => (signal = execute(render, innerFrame)));
      if (signal !== undefined) {
        return signal;
      }
      innerFrame.slots[textSlot] = marked(render, written);
      return { value: value(render, innerFrame) };
    },
  };
}
