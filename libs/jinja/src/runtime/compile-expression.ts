import { fail, TemplateError, TemplateSyntaxError } from '../errors.js';
import { filters } from '../filters/filters.catalog.js';
import { escapeValue } from '../filters/html-filters.js';
import { percentFormat } from '../formatting/percent-format.js';
import type {
  ArgumentsNode,
  BinaryNode,
  CallNode,
  CompareNode,
  CompareOperator,
  ConcatNode,
  ConditionNode,
  Expression,
  FilterNode,
  ItemNode,
  LogicalNode,
  NameNode,
  SliceNode,
  TestNode,
  UnaryNode,
} from '../syntax/nodes.js';
import { arithmetic, signed } from '../values/arithmetic.js';
import { equals, inOrder } from '../values/comparison.js';
import { Dict } from '../values/dict.js';
import { isTrue, toList } from '../values/iteration.js';
import { joinText } from '../values/join-text.js';
import { isText, Markup, textOf } from '../values/markup.js';
import { contains } from '../values/membership.js';
import { toText } from '../values/repr.js';
import { Tuple } from '../values/tuple.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import { noArguments, orElse, PyObject, type CallArguments, type Value } from '../values/value.js';
import { getAttribute, getItem, getSlice } from './attributes.js';
import type { Budget } from './budget.js';
import type { Evaluate, Frame, Render } from './render.js';
import { frameAt, resolveVariable } from './render.js';
import type { Scope } from './scope.js';
import { tests } from './tests.js';

/** What the compiler knows where an expression stands. */
export interface Place {
  readonly scope: Scope;
  /** Inside `{% if %}`: unknown filters and tests are an error only when they are reached. */
  readonly soft: boolean;
  readonly autoescape: 'off' | 'on' | 'dynamic';
}

/** Turns an expression into a function that evaluates it. @throws TemplateSyntaxError for unknown filters and tests */
export function compileExpression(node: Expression, place: Place): Evaluate {
  switch (node.type) {
    case 'const': {
      const { value } = node;
      return () => value;
    }
    case 'template-data': {
      const { text } = node;
      return () => text;
    }
    case 'name':
      return compileName(node, place);
    case 'tuple': {
      const items = compileAll(node.items, place);
      return (render, frame) => new Tuple(evaluateAll(items, render, frame));
    }
    case 'list': {
      const items = compileAll(node.items, place);
      return (render, frame) => evaluateAll(items, render, frame);
    }
    case 'dict': {
      const pairs = node.pairs.map(({ key, value }) => [
        compileExpression(key, place),
        compileExpression(value, place),
      ]);
      return (render, frame) =>
        Dict.of(
          pairs.map(([key, value]) => [key(render, frame), value(render, frame)] as const),
          render.budget,
        );
    }
    case 'unary':
      return compileUnary(node, place);
    case 'binary':
      return compileBinary(node, place);
    case 'logical':
      return compileLogical(node, place);
    case 'concat':
      return compileConcat(node, place);
    case 'compare':
      return compileCompare(node, place);
    case 'condition':
      return compileCondition(node, { ...place, soft: true });
    case 'filter':
      return compileFilter(node, place);
    case 'test':
      return compileTest(node, place);
    case 'call':
      return compileCall(node, place);
    case 'attribute': {
      const object = compileExpression(node.object, place);
      const { name } = node;
      return (render, frame) => {
        render.budget.step();
        return getAttribute(object(render, frame), name, render.budget);
      };
    }
    case 'item':
      return compileItem(node, place);
    case 'slice':
      return () => fail('TypeError', 'a slice is not a value of its own');
  }
}

function compileAll(nodes: readonly Expression[], place: Place): readonly Evaluate[] {
  return nodes.map((node) => compileExpression(node, place));
}

function evaluateAll(items: readonly Evaluate[], render: Render, frame: Frame): Value[] {
  render.budget.charge(items.length + 1);
  return items.map((item) => item(render, frame));
}

function compileName({ name }: NameNode, { scope }: Place): Evaluate {
  const reference = scope.find(name);
  const missing = (): Value => Undefined.variable(name);
  if (reference === undefined) {
    return (render) => orElse(resolveVariable(render, name), missing);
  }
  const { hops, slot } = reference;
  if (hops === 0) {
    return (_, frame) => orElse(frame.slots[slot], missing);
  }
  return (_, frame) => orElse(frameAt(frame, hops).slots[slot], missing);
}

function compileUnary({ operator, operand }: UnaryNode, place: Place): Evaluate {
  const value = compileExpression(operand, place);
  if (operator === 'not') {
    return (render, frame) => !isTrue(value(render, frame));
  }
  return (render, frame) => signed(operator, value(render, frame));
}

function compileBinary({ operator, left, right }: BinaryNode, place: Place): Evaluate {
  const first = compileExpression(left, place);
  const second = compileExpression(right, place);
  return (render, frame) => {
    render.budget.step();
    const a = first(render, frame);
    const b = second(render, frame);
    if (operator === '%' && isText(a)) {
      return textModulo(a, b, render.budget);
    }
    return arithmetic(operator, a, b, render.budget);
  };
}

function textModulo(template: string | Markup, values: Value, budget: Budget): Value {
  const text = percentFormat(textOf(template), values, budget, template instanceof Markup);
  return template instanceof Markup ? new Markup(text) : text;
}

function compileLogical({ operator, left, right }: LogicalNode, place: Place): Evaluate {
  const first = compileExpression(left, place);
  const second = compileExpression(right, place);
  const stopsAt = operator === 'or';
  return (render, frame) => {
    const value = first(render, frame);
    return isTrue(value) === stopsAt ? value : second(render, frame);
  };
}

function compileConcat({ items }: ConcatNode, place: Place): Evaluate {
  const parts = compileAll(items, place);
  return (render, frame) => {
    const values = evaluateAll(parts, render, frame);
    const escapes = place.autoescape === 'on' || (place.autoescape === 'dynamic' && render.autoescape);
    if (escapes && values.some((value) => value instanceof Markup)) {
      return new Markup(
        joinText(
          values.map((value) => escapeValue(value, render.budget).value),
          '',
          render.budget,
        ),
      );
    }
    return joinText(
      values.map((value) => toText(value, render.budget)),
      '',
      render.budget,
    );
  };
}

function compileCompare({ left, operations }: CompareNode, place: Place): Evaluate {
  const first = compileExpression(left, place);
  const steps = operations.map(({ operator, right }) => ({ operator, value: compileExpression(right, place) }));
  return (render, frame) => {
    let current = first(render, frame);
    for (const { operator, value } of steps) {
      render.budget.step();
      const next = value(render, frame);
      if (!compare(operator, current, next, render.budget)) {
        return false;
      }
      current = next;
    }
    return true;
  };
}

function compare(operator: CompareOperator, left: Value, right: Value, budget: Budget): boolean {
  switch (operator) {
    case '==':
      return equals(left, right, budget);
    case '!=':
      return !equals(left, right, budget);
    case 'in':
      return contains(right, left, budget);
    case 'not in':
      return !contains(right, left, budget);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return inOrder(operator, left, right, budget);
  }
}

function compileCondition({ test, then, otherwise, line }: ConditionNode, place: Place): Evaluate {
  const condition = compileExpression(test, place);
  const yes = compileExpression(then, place);
  const no = otherwise && compileExpression(otherwise, place);
  const hint = `the inline if-expression on line ${line} evaluated to false and no else section was defined.`;
  return (render, frame) => {
    if (isTrue(condition(render, frame))) {
      return yes(render, frame);
    }
    return no === undefined ? new Undefined({ hint }) : no(render, frame);
  };
}

/** `input` replaces the filter's own input: the captured text of a filter or set block. */
export function compileFilter(node: FilterNode, place: Place, input?: Evaluate): Evaluate {
  const { name } = node;
  const source =
    node.input === undefined
      ? input
      : node.input.type === 'filter'
        ? compileFilter(node.input, place, input)
        : compileExpression(node.input, place);
  const filter = filters.get(name);
  if (filter === undefined) {
    if (!place.soft) {
      throw new TemplateSyntaxError(`No filter named '${name}'.`, node.line, 'TemplateAssertionError');
    }
    return () => fail('TemplateRuntimeError', `No filter named '${name}' found.`);
  }
  const args = compileArguments(node.args, place);
  return (render, frame) => {
    render.budget.step();
    const value = source === undefined ? '' : source(render, frame);
    return filter(value, args(render, frame), render);
  };
}

function compileTest(node: TestNode, place: Place): Evaluate {
  const { name } = node;
  const input = compileExpression(node.input, place);
  const test = tests.get(name);
  if (test === undefined) {
    if (!place.soft) {
      throw new TemplateSyntaxError(`No test named '${name}'.`, node.line, 'TemplateAssertionError');
    }
    return () => fail('TemplateRuntimeError', `No test named '${name}' found.`);
  }
  const args = compileArguments(node.args, place);
  return (render, frame) => {
    render.budget.step();
    return test(input(render, frame), args(render, frame), render);
  };
}

/** `caller` is the body of a call block, handed over as one more keyword argument. */
export function compileCall(node: CallNode, place: Place, caller?: Evaluate): Evaluate {
  const callee = compileExpression(node.callee, place);
  const args = compileArguments(node.args, place);
  return (render, frame) => {
    render.budget.step();
    const target = callee(render, frame);
    let values = args(render, frame);
    if (caller !== undefined) {
      values = {
        positional: values.positional,
        keyword: new Map([...values.keyword, ['caller', caller(render, frame)]]),
      };
    }
    return callValue(target, values, render.budget);
  };
}

function callValue(target: Value, args: CallArguments, budget: Budget): Value {
  if (!(target instanceof PyObject) || target.call === undefined) {
    return fail('TypeError', `'${typeName(target)}' object is not callable`);
  }
  return target.call(args, budget);
}

function compileArguments(node: ArgumentsNode, place: Place): (render: Render, frame: Frame) => CallArguments {
  const positional = compileAll(node.positional, place);
  const keyword = node.keyword.map(({ name, value }) => [name, compileExpression(value, place)] as const);
  const spread = node.spread && compileExpression(node.spread, place);
  const keywordSpread = node.keywordSpread && compileExpression(node.keywordSpread, place);
  if (positional.length + keyword.length === 0 && spread === undefined && keywordSpread === undefined) {
    return () => noArguments;
  }
  return (render, frame) => {
    const values = positional.map((item) => item(render, frame));
    const named = new Map(keyword.map(([name, value]) => [name, value(render, frame)]));
    const more = spread === undefined ? [] : toList(spread(render, frame), render.budget);
    if (keywordSpread !== undefined) {
      spreadKeywords(keywordSpread(render, frame), named);
    }
    return { positional: more.length === 0 ? values : [...values, ...more], keyword: named };
  };
}

function spreadKeywords(value: Value, named: Map<string, Value>): void {
  if (value instanceof Undefined) {
    value.raise();
  }
  if (!(value instanceof Dict)) {
    fail('TypeError', `argument after ** must be a mapping, not ${typeName(value)}`);
  }
  for (const [key, item] of value.pairs()) {
    if (!isText(key)) {
      fail('TypeError', 'keywords must be strings');
    }
    const name = textOf(key);
    if (named.has(name)) {
      fail('TypeError', `got multiple values for keyword argument '${name}'`);
    }
    named.set(name, item);
  }
}

function compileItem({ object, key }: ItemNode, place: Place): Evaluate {
  const owner = compileExpression(object, place);
  if (key.type === 'slice') {
    return compileSlice({ owner, object, slice: key }, place);
  }
  const index = compileExpression(key, place);
  return (render, frame) => {
    render.budget.step();
    return getItem(owner(render, frame), index(render, frame), render.budget);
  };
}

interface SliceParts {
  readonly owner: Evaluate;
  readonly object: Expression;
  readonly slice: SliceNode;
}

function compileSlice({ owner, object, slice: { start, stop, step } }: SliceParts, place: Place): Evaluate {
  const [from, to, by] = [start, stop, step].map((part) => part && compileExpression(part, place));
  const slice: Evaluate = (render, frame) => {
    render.budget.step();
    const value = owner(render, frame);
    const bounds = {
      start: from?.(render, frame) ?? null,
      stop: to?.(render, frame) ?? null,
      step: by?.(render, frame) ?? null,
    };
    return getSlice(value, bounds, render.budget);
  };
  if (![object, start, stop, step].every((part) => part === undefined || isConstant(part))) {
    return slice;
  }
  // Jinja folds a slice of constants through its lenient item look-up, which makes a wrong type undefined.
  return (render, frame) => {
    try {
      return slice(render, frame);
    } catch (error) {
      if (error instanceof TemplateError && error.pythonType === 'TypeError') {
        return new Undefined({ owner: owner(render, frame), name: null });
      }
      throw error;
    }
  };
}

/** Literals, and lists, tuples and dicts of them. */
function isConstant(node: Expression): boolean {
  switch (node.type) {
    case 'const':
      return true;
    case 'list':
    case 'tuple':
      return node.items.every(isConstant);
    case 'dict':
      return node.pairs.every(({ key, value }) => isConstant(key) && isConstant(value));
    case 'unary':
      return isConstant(node.operand);
    case 'binary':
      return isConstant(node.left) && isConstant(node.right);
    default:
      return false;
  }
}
