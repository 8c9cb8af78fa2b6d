import { TemplateSyntaxError } from '../errors.js';
import type { ForNode, Statement } from '../syntax/nodes.js';
import { walk } from '../syntax/walk.js';
import { iterate, isTrue } from '../values/iteration.js';
import type { Value } from '../values/value.js';
import { compileExpression } from './compile-expression.js';
import { compileAssignment } from './compile-assignment.js';
import { LoopContext } from './loop-context.js';
import { enterScope, type Execute, type Frame, type Render, type Signal } from './render.js';
import { loopScope, Scope } from './scope.js';
import { captured, innerPlace, type StatementPlace } from './statement-place.js';

type Select = (render: Render, frame: Frame, items: Iterator<Value>) => Iterator<Value>;

export function compileFor(node: ForNode, place: StatementPlace): Execute {
  refuseLoopTarget(node);
  const iterable = compileExpression(node.iterable, place);
  const select = compileSelection(node, place);
  const turn = compileTurn(node, place);
  const otherwise = compileElse(node.otherwise, place);

  const run = (render: Render, frame: Frame, { items, depth }: { items: Value; depth: number }): Signal => {
    const iterator = iterate(items, render.budget);
    const recurse = (inner: Value, level: number): Value =>
      render.budget.nested(() => captured(render, () => void run(render, frame, { items: inner, depth: level })));
    const loop = new LoopContext(
      {
        iterator: select === undefined ? iterator : select(render, frame, iterator),
        sized: select === undefined ? items : undefined,
        recurse: node.recursive ? recurse : undefined,
        depth,
      },
      render.budget,
    );
    // As in Jinja, `else` runs unless some turn came to its end: one that was left by `continue` does not count.
    let completed = false;
    for (let item = loop.advance(); item !== undefined; item = loop.advance()) {
      render.budget.step();
      const signal = turn(render, frame, { item, loop });
      if (signal === 'break') {
        break;
      }
      completed ||= signal === undefined;
    }
    return completed ? undefined : otherwise(render, frame);
  };
  return (render, frame) => run(render, frame, { items: iterable(render, frame), depth: 0 });
}

function compileTurn(
  node: ForNode,
  place: StatementPlace,
): (render: Render, frame: Frame, current: { readonly item: Value; readonly loop: LoopContext }) => Signal {
  const { scope, loopSlot } = loopScope(node, place.scope);
  const inner: StatementPlace = { ...innerPlace(place, scope), insideLoop: true };
  const assign = compileAssignment(node.target, inner);
  const body = place.body(node.body, inner);
  return (render, frame, { item, loop }) => {
    const turnFrame = enterScope(scope, render, frame);
    turnFrame.slots[loopSlot] = loop;
    assign(render, turnFrame, item);
    return body(render, turnFrame);
  };
}

/** `for … if test`: lets only some items through, lazily. */
function compileSelection({ test, target }: ForNode, place: StatementPlace): Select | undefined {
  if (test === undefined) {
    return undefined;
  }
  const scope = new Scope(place.scope);
  scope.analyzeTarget(target, true);
  scope.analyzeExpression(test);
  const inner = innerPlace(place, scope);
  const assign = compileAssignment(target, inner);
  const condition = compileExpression(test, inner);
  return function* (render, frame, items) {
    for (let next = items.next(); next.done !== true; next = items.next()) {
      render.budget.step();
      const testFrame = enterScope(scope, render, frame);
      assign(render, testFrame, next.value);
      if (isTrue(condition(render, testFrame))) {
        yield next.value;
      }
    }
  };
}

function compileElse(nodes: readonly Statement[], place: StatementPlace): Execute {
  if (nodes.length === 0) {
    return () => undefined;
  }
  const scope = new Scope(place.scope);
  scope.analyzeStatements(nodes);
  const body = place.body(nodes, innerPlace(place, scope));
  return (render, frame) => body(render, enterScope(scope, render, frame));
}

function refuseLoopTarget(node: ForNode): void {
  const targets = [node.target, ...Array.from(walk(node)).flatMap((each) => ('target' in each ? [each.target] : []))];
  for (const target of targets) {
    for (const part of walk(target)) {
      if (part.type === 'name' && part.name === 'loop') {
        throw new TemplateSyntaxError(
          "Can't assign to special loop variable in for-loop",
          part.line,
          'TemplateAssertionError',
        );
      }
    }
  }
}
