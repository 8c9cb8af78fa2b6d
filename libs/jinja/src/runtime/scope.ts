import type { MacroNode, CallBlockNode, Statement, Expression, Target, ForNode, IfNode } from '../syntax/nodes.js';
import { walk, type Node } from '../syntax/walk.js';

/** Where a name lives: that many frames out, at that slot. */
export interface Reference {
  readonly hops: number;
  readonly slot: number;
}

/** What a slot holds when its frame is entered. */
export type Load =
  | { readonly kind: 'parameter' }
  /** Looked up among the render's variables. */
  | { readonly kind: 'resolve' }
  /** The value of the same name further out; `hops` counts from the parent frame. */
  | { readonly kind: 'alias'; readonly from: Reference }
  | { readonly kind: 'missing' };

/**
 * The names of one scope. As in Jinja, they are known before the scope is run: a name assigned anywhere in a scope is that
 * scope's own from its start, and an assignment inside never reaches a scope further out.
 */
export class Scope {
  private readonly slots = new Map<string, number>();
  private loads = new Map<string, Load>();
  private stores = new Set<string>();
  private sealed: readonly (readonly [name: string, load: Load])[] | undefined;

  constructor(readonly parent: Scope | undefined) {}

  /** Loads by slot; final once the scope's body is compiled. */
  get entries(): readonly (readonly [name: string, load: Load])[] {
    this.sealed ??= Array.from(
      this.slots.keys(),
      (name) => [name, this.loads.get(name) ?? { kind: 'missing' }] as const,
    );
    return this.sealed;
  }

  find(name: string): Reference | undefined {
    const slot = this.slots.get(name);
    if (slot !== undefined && this.loads.has(name)) {
      return { hops: 0, slot };
    }
    const outer = this.parent?.find(name);
    return outer && { hops: outer.hops + 1, slot: outer.slot };
  }

  declareParameter(name: string): number {
    this.stores.add(name);
    return this.define(name, { kind: 'parameter' });
  }

  load(name: string): void {
    if (this.find(name) === undefined) {
      this.define(name, { kind: 'resolve' });
    }
  }

  store(name: string): void {
    this.stores.add(name);
    if (!this.loads.has(name)) {
      this.define(name, this.outside(name) ?? { kind: 'missing' });
    }
  }

  /** Every name that is visible here, innermost first. */
  *visibleNames(): Generator<string> {
    yield* this.slots.keys();
    if (this.parent !== undefined) {
      yield* this.parent.visibleNames();
    }
  }

  analyzeStatements(statements: readonly Statement[]): void {
    for (const statement of statements) {
      this.analyzeStatement(statement);
    }
  }

  analyzeExpression(node: Expression): void {
    for (const part of walk(node)) {
      if (part.type === 'name') {
        this.load(part.name);
      }
    }
  }

  analyzeTarget(target: Target, asParameter = false): void {
    switch (target.type) {
      case 'name':
        if (asParameter) {
          this.declareParameter(target.name);
        } else {
          this.store(target.name);
        }
        break;
      case 'namespace-target':
        this.load(target.name);
        break;
      case 'target-tuple':
        target.items.forEach((item) => this.analyzeTarget(item, asParameter));
        break;
    }
  }

  private define(name: string, load: Load): number {
    const slot = this.slots.get(name) ?? this.slots.size;
    this.slots.set(name, slot);
    this.loads.set(name, load);
    return slot;
  }

  private outside(name: string): Load | undefined {
    const from = this.parent?.find(name);
    return from && { kind: 'alias', from };
  }

  private analyzeStatement(node: Statement): void {
    switch (node.type) {
      case 'output':
        node.nodes.forEach((each) => this.analyzeExpression(each));
        break;
      case 'if':
        this.analyzeIf(node);
        break;
      case 'for':
        this.analyzeExpression(node.iterable);
        break;
      case 'macro':
        this.store(node.name);
        break;
      case 'call-block':
        if (node.call !== undefined) {
          this.analyzeExpression(node.call);
        }
        break;
      case 'filter-block':
        this.analyzeExpression(node.filter);
        break;
      case 'with':
        node.values.forEach((value) => this.analyzeExpression(value));
        break;
      case 'set':
        this.analyzeExpression(node.value);
        this.analyzeTarget(node.target);
        break;
      case 'set-block':
        this.analyzeTarget(node.target);
        break;
      case 'loader':
        this.analyzeExpression(node.template);
        node.names.forEach((name) => this.store(name));
        break;
      case 'block':
      case 'autoescape':
      case 'break':
      case 'continue':
        break;
    }
  }

  /** A name assigned in some branch may keep the value it had outside of this scope. */
  private analyzeIf(node: IfNode): void {
    this.analyzeExpression(node.test);
    const before = { loads: this.loads, stores: this.stores };
    const branches = [node.body, node.elifs, node.otherwise].map((branch) => {
      this.loads = new Map(before.loads);
      this.stores = new Set(before.stores);
      this.analyzeStatements(branch);
      return { loads: this.loads, stores: this.stores };
    });
    this.loads = before.loads;
    this.stores = before.stores;
    const assigned = new Set(branches.flatMap(({ stores }) => [...stores]).filter((name) => !before.stores.has(name)));
    for (const branch of branches) {
      branch.loads.forEach((load, name) => this.loads.set(name, load));
      branch.stores.forEach((name) => this.stores.add(name));
    }
    for (const name of assigned) {
      this.define(name, this.outside(name) ?? { kind: 'resolve' });
    }
  }
}

/** True when the code reads the name anywhere (blocks apart, which see only the render's variables). */
export function mentions(nodes: readonly Node[], name: string): boolean {
  return nodes.some((node) => Array.from(walk(node)).some((part) => part.type === 'name' && part.name === name));
}

/** Scope of a macro or call block, with its parameters in order and the special ones its body asks for. */
export function macroScope(node: MacroNode | CallBlockNode, parent: Scope): MacroScope {
  const scope = new Scope(parent);
  const { parameters, defaults } = node.signature;
  const slots = parameters.map(({ name }) => scope.declareParameter(name));
  defaults.forEach((value) => scope.analyzeExpression(value));
  scope.analyzeStatements(node.body);
  const special = (name: string): number | undefined =>
    mentions(node.body, name) && !parameters.some((parameter) => parameter.name === name)
      ? scope.declareParameter(name)
      : undefined;
  return { scope, slots, caller: special('caller'), kwargs: special('kwargs'), varargs: special('varargs') };
}

export interface MacroScope {
  readonly scope: Scope;
  readonly slots: readonly number[];
  readonly caller: number | undefined;
  readonly kwargs: number | undefined;
  readonly varargs: number | undefined;
}

/** Scope of one turn of a loop; `loop` is always there. */
export function loopScope(node: ForNode, parent: Scope): { readonly scope: Scope; readonly loopSlot: number } {
  const scope = new Scope(parent);
  const loopSlot = scope.declareParameter('loop');
  scope.analyzeTarget(node.target, true);
  scope.analyzeStatements(node.body);
  return { scope, loopSlot };
}
