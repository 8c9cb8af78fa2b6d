import { fail, TemplateBudgetError, TemplateSyntaxError } from './errors.js';
import { filters } from './filters/filters.catalog.js';
import { Budget, type RenderLimits } from './runtime/budget.js';
import { compileStatements } from './runtime/compile-statement.js';
import { TemplateReference } from './runtime/block-reference.js';
import { createGlobals } from './runtime/globals.js';
import { type BlockBody, enterScope, type Execute, Output, type Render } from './runtime/render.js';
import { mentions, Scope } from './runtime/scope.js';
import type { StatementPlace } from './runtime/statement-place.js';
import { tests } from './runtime/tests.js';
import type { BlockNode, Statement, TemplateNode } from './syntax/nodes.js';
import { parseTemplate } from './syntax/parser.js';
import { fromJavaScript } from './values/from-javascript.js';
import { Undefined } from './values/undefined.js';
import type { Value } from './values/value.js';

export interface RenderOptions extends RenderLimits {
  /** Time that `strftime_now` tells; the current one when absent. */
  readonly now?: Date;
}

/** A compiled template. It holds no state of a render, so one may be used again and again. */
export class Template {
  constructor(
    readonly ast: TemplateNode,
    private readonly body: Execute,
    private readonly scopes: { readonly root: Scope; readonly selfSlot: number | undefined },
    private readonly blocks: ReadonlyMap<string, BlockBody>,
  ) {}

  /**
   * Renders the template. Variables are JSON-like values (see `fromJavaScript`); a key whose value is undefined is not set.
   * @throws TemplateError with the text Python Jinja2 would give; TemplateBudgetError when a limit is reached
   */
  render(variables: Readonly<Record<string, unknown>>, options: RenderOptions = {}): string {
    const { now, ...limits } = options;
    try {
      return this.run(variables, new Budget(limits), () => now ?? new Date());
    } catch (error) {
      // The stack of JavaScript is the last limit, should a value or template be nested past all others.
      if (error instanceof RangeError) {
        throw new TemplateBudgetError('maximum recursion depth exceeded');
      }
      throw error;
    }
  }

  private run(variables: Readonly<Record<string, unknown>>, budget: Budget, now: () => Date): string {
    const values = new Map<string, Value>(createGlobals(now));
    for (const [name, value] of Object.entries(variables)) {
      if (value !== undefined) {
        values.set(name, fromJavaScript(value, budget));
      }
    }
    const render: Render = {
      budget,
      variables: values,
      exported: new Map(),
      blocks: this.blocks,
      autoescape: false,
      out: new Output(budget),
      filter: (name, input, args) => {
        const filter = filters.get(name) ?? fail('TemplateRuntimeError', `No filter named '${name}'.`);
        return filter(input, args, render);
      },
      test: (name, input, args) => {
        const test = tests.get(name) ?? fail('TemplateRuntimeError', `No test named '${name}'.`);
        return test(input, args, render);
      },
    };
    const frame = enterScope(this.scopes.root, render, undefined);
    if (this.scopes.selfSlot !== undefined) {
      frame.slots[this.scopes.selfSlot] = new TemplateReference(render);
    }
    this.body(render, frame);
    return render.out.text;
  }
}

/** Parses and compiles a template. @throws TemplateSyntaxError */
export function compileTemplate(source: string): Template {
  try {
    return compile(parseTemplate(source));
  } catch (error) {
    if (error instanceof RangeError) {
      throw new TemplateSyntaxError('the template is nested too deeply', 1);
    }
    throw error;
  }
}

function compile(ast: TemplateNode): Template {
  const root = new Scope(undefined);
  root.analyzeStatements(ast.body);
  const selfSlot = mentions(ast.body, 'self') ? root.declareParameter('self') : undefined;
  const pending: BlockNode[] = [];
  const place: StatementPlace = {
    scope: root,
    soft: false,
    autoescape: 'off',
    topLevel: true,
    insideLoop: false,
    body: compileStatements,
    addBlock: (node) => {
      if (pending.some(({ name }) => name === node.name)) {
        throw new TemplateSyntaxError(`block '${node.name}' defined twice`, node.line, 'TemplateAssertionError');
      }
      pending.push(node);
    },
  };
  const body = compileStatements(ast.body, place);
  const blocks = new Map<string, BlockBody>();
  // Compiling a block may add the blocks inside it.
  for (const node of pending) {
    blocks.set(node.name, compileBlockBody(node.name, node.body, place));
  }
  return new Template(ast, body, { root, selfSlot }, blocks);
}

/** A block is a function of its own: it sees the render's variables and what the top level has assigned so far. */
function compileBlockBody(name: string, nodes: readonly Statement[], outer: StatementPlace): BlockBody {
  const scope = new Scope(undefined);
  scope.analyzeStatements(nodes);
  const selfSlot = mentions(nodes, 'self') ? scope.declareParameter('self') : undefined;
  const superSlot = mentions(nodes, 'super') ? scope.declareParameter('super') : undefined;
  const body = compileStatements(nodes, { ...outer, scope, topLevel: false });
  const block: BlockBody = {
    run: (render) => {
      const frame = enterScope(scope, render, undefined);
      if (selfSlot !== undefined) {
        frame.slots[selfSlot] = new TemplateReference(render);
      }
      if (superSlot !== undefined) {
        frame.slots[superSlot] = new Undefined({ hint: `there is no parent block called '${name}'.`, name: 'super' });
      }
      render.budget.nested(() => body(render, frame));
    },
  };
  return block;
}
