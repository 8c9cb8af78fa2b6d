import { fail, TemplateSyntaxError } from '../errors.js';
import { escapeValue } from '../filters/html-filters.js';
import type {
  AutoescapeNode,
  BlockNode,
  CallBlockNode,
  FilterBlockNode,
  IfNode,
  MacroNode,
  OutputNode,
  SetBlockNode,
  Statement,
  WithNode,
} from '../syntax/nodes.js';
import { isTrue } from '../values/iteration.js';
import { toText } from '../values/repr.js';
import { Undefined } from '../values/undefined.js';
import { orElse, type Value } from '../values/value.js';
import { compileAssignment } from './compile-assignment.js';
import { compileCall, compileExpression } from './compile-expression.js';
import { compileFor } from './compile-loop.js';
import { Macro } from './macro.js';
import { enterScope, type Evaluate, type Execute, type Frame, type Render, readReference } from './render.js';
import { macroScope, Scope } from './scope.js';
import { captured, compileCapture, innerPlace, type StatementPlace } from './statement-place.js';

export function compileStatements(nodes: readonly Statement[], place: StatementPlace): Execute {
  const steps = nodes.map((node) => compileStatement(node, place));
  return (render, frame) => {
    for (const step of steps) {
      const signal = step(render, frame);
      if (signal !== undefined) {
        return signal;
      }
    }
    return undefined;
  };
}

function compileStatement(node: Statement, place: StatementPlace): Execute {
  switch (node.type) {
    case 'output':
      return compileOutput(node, place);
    case 'if':
      return compileIf(node, { ...place, soft: true });
    case 'for':
      return compileFor(node, place);
    case 'set': {
      const value = compileExpression(node.value, place);
      const assign = compileAssignment(node.target, place);
      return (render, frame) => {
        render.budget.step();
        assign(render, frame, value(render, frame));
        return undefined;
      };
    }
    case 'set-block':
      return compileSetBlock(node, place);
    case 'macro':
      return compileMacro(node, place);
    case 'call-block':
      return compileCallBlock(node, place);
    case 'filter-block':
      return compileFilterBlock(node, place);
    case 'with':
      return compileWith(node, place);
    case 'autoescape':
      return compileAutoescape(node, place);
    case 'block':
      return compileBlock(node, place);
    case 'break':
    case 'continue':
      return compileLoopControl(node.type, node.line, place);
    case 'loader':
      return () => fail('TypeError', 'no loader for this environment specified');
  }
}

function compileOutput({ nodes }: OutputNode, place: StatementPlace): Execute {
  const parts = nodes.map((node) => {
    if (node.type === 'template-data') {
      const { text } = node;
      return (render: Render): string => (render.budget.step(), text);
    }
    const value = compileExpression(node, place);
    return (render: Render, frame: Frame): string => {
      render.budget.step();
      const result = value(render, frame);
      const escapes = place.autoescape === 'on' || (place.autoescape === 'dynamic' && render.autoescape);
      return escapes ? escapeValue(result, render.budget).value : toText(result, render.budget);
    };
  });
  return (render, frame) => {
    for (const part of parts) {
      render.out.write(part(render, frame));
    }
    return undefined;
  };
}

function compileIf(node: IfNode, place: StatementPlace): Execute {
  const branches = [node, ...node.elifs].map(({ test, body }) => ({
    test: compileExpression(test, place),
    body: compileStatements(body, place),
  }));
  const otherwise = compileStatements(node.otherwise, place);
  return (render, frame) => {
    for (const { test, body } of branches) {
      render.budget.step();
      if (isTrue(test(render, frame))) {
        return body(render, frame);
      }
    }
    return otherwise(render, frame);
  };
}

function compileSetBlock(node: SetBlockNode, place: StatementPlace): Execute {
  const { run } = compileCapture(node, place);
  const assign = compileAssignment(node.target, place);
  return (render, frame) => {
    const result = run(render, frame);
    if (typeof result !== 'object') {
      return result;
    }
    assign(render, frame, result.value);
    return undefined;
  };
}

function compileFilterBlock(node: FilterBlockNode, place: StatementPlace): Execute {
  const { run } = compileCapture(node, place);
  return (render, frame) => {
    const result = run(render, frame);
    if (typeof result !== 'object') {
      return result;
    }
    render.out.write(toText(result.value, render.budget));
    return undefined;
  };
}

/** The function that makes the macro object when the definition is reached. */
function macroFactory(node: MacroNode | CallBlockNode, name: string, place: StatementPlace): Evaluate {
  const layout = macroScope(node, place.scope);
  const inner: StatementPlace = { ...innerPlace(place, layout.scope), insideLoop: false };
  const { parameters, defaults } = node.signature;
  const firstDefault = parameters.length - defaults.length;
  const fallbacks = parameters.map((parameter, index) => {
    const fallback = index < firstDefault ? undefined : compileExpression(defaults[index - firstDefault], inner);
    const hint = `parameter '${parameter.name}' was not provided`;
    return fallback ?? ((): Value => new Undefined({ hint, name: parameter.name }));
  });
  const body = compileStatements(node.body, inner);
  return (render, frame) => {
    const invoke = (slots: ReadonlyMap<number, Value>): Value =>
      render.budget.nested(() => {
        const macroFrame = enterScope(layout.scope, render, frame);
        slots.forEach((value, slot) => (macroFrame.slots[slot] = value));
        fallbacks.forEach((fallback, index) => {
          const slot = layout.slots[index];
          macroFrame.slots[slot] = orElse(macroFrame.slots[slot], () => fallback(render, macroFrame));
        });
        return captured(render, () => void body(render, macroFrame));
      });
    return new Macro({ name, parameters: parameters.map((each) => each.name), layout, invoke });
  };
}

function compileMacro(node: MacroNode, place: StatementPlace): Execute {
  const make = macroFactory(node, node.name, place);
  const assign = compileAssignment({ type: 'name', name: node.name, line: node.line }, place);
  return (render, frame) => {
    assign(render, frame, make(render, frame));
    return undefined;
  };
}

function compileCallBlock(node: CallBlockNode, place: StatementPlace): Execute {
  const caller = macroFactory(node, 'caller', place);
  const call: Evaluate =
    node.call === undefined
      ? (render, frame) => {
          const body = caller(render, frame);
          return body instanceof Macro ? body.call({ positional: [], keyword: new Map() }) : body;
        }
      : compileCall(node.call, place, caller);
  return (render, frame) => {
    render.out.write(toText(call(render, frame), render.budget));
    return undefined;
  };
}

function compileWith(node: WithNode, place: StatementPlace): Execute {
  const scope = new Scope(place.scope);
  node.targets.forEach((target) => scope.analyzeTarget(target, true));
  scope.analyzeStatements(node.body);
  const inner = innerPlace(place, scope);
  const assignments = node.targets.map((target, index) => ({
    assign: compileAssignment(target, inner),
    value: compileExpression(node.values[index], place),
  }));
  const body = compileStatements(node.body, inner);
  return (render, frame) => {
    const innerFrame = enterScope(scope, render, frame);
    for (const { assign, value } of assignments) {
      assign(render, innerFrame, value(render, frame));
    }
    return body(render, innerFrame);
  };
}

function compileAutoescape(node: AutoescapeNode, place: StatementPlace): Execute {
  const scope = new Scope(place.scope);
  scope.analyzeExpression(node.value);
  scope.analyzeStatements(node.body);
  const mode = node.value.type === 'const' ? (isTrue(node.value.value) ? 'on' : 'off') : 'dynamic';
  const inner: StatementPlace = { ...innerPlace(place, scope), autoescape: mode };
  const value = compileExpression(node.value, inner);
  const body = compileStatements(node.body, inner);
  return (render, frame) => {
    const innerFrame = enterScope(scope, render, frame);
    const before = render.autoescape;
    render.autoescape = isTrue(value(render, innerFrame));
    const signal = body(render, innerFrame);
    render.autoescape = before;
    return signal;
  };
}

function compileBlock(node: BlockNode, place: StatementPlace): Execute {
  place.addBlock(node);
  const { name } = node;
  if (node.required) {
    return () => fail('TemplateRuntimeError', `Required block '${name}' not found`);
  }
  const visible = node.scoped ? Array.from(new Set(place.scope.visibleNames())) : [];
  const references = visible.flatMap((each) => {
    const reference = place.scope.find(each);
    return reference === undefined ? [] : [{ each, reference }];
  });
  return (render, frame) => {
    const outer = render.exported;
    if (node.scoped) {
      render.exported = new Map(outer);
      for (const { each, reference } of references) {
        const value = readReference(frame, reference);
        if (value !== undefined) {
          render.exported.set(each, value);
        }
      }
    }
    render.blocks.get(name)?.run(render);
    render.exported = outer;
    return undefined;
  };
}

function compileLoopControl(kind: 'break' | 'continue', line: number, place: StatementPlace): Execute {
  if (!place.insideLoop) {
    const message = kind === 'break' ? "'break' outside loop" : "'continue' not properly in loop";
    throw new TemplateSyntaxError(message, line, 'SyntaxError');
  }
  return () => kind;
}
