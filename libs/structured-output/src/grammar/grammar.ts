import { InvalidRequestError } from '@app/errors';
import type { Expression } from './expression.js';
import { isPrintable } from './to-ebnf.js';

/** Rules by name; `ROOT` is where a text begins. */
export type Grammar = ReadonlyMap<string, Expression>;

export const ROOT = 'root';

/** Expressions of one grammar: more are no use of anybody, and cost minutes. */
const MAX_EXPRESSIONS = 200_000;
const MAX_RULES = 20_000;
/** Copies of a part that one repetition may ask for; also the product of nested ones. */
export const MAX_REPEATS = 16_384;

/** Collects the rules of a grammar. Names given to `add` are made unique. */
export class GrammarBuilder {
  private readonly rules = new Map<string, Expression | undefined>();

  /** A name for a rule that is defined later, or is part of itself. */
  reserve(hint: string): string {
    const base = hint.replace(/[^A-Za-z0-9_]/g, '_').slice(0, 40) || 'rule';
    let name = `${base}_${this.rules.size}`;
    while (this.rules.has(name)) name += '_';
    if (this.rules.size >= MAX_RULES) {
      throw new InvalidRequestError(`The constraint is too large: its grammar has more than ${MAX_RULES} rules`);
    }
    this.rules.set(name, undefined);
    return name;
  }

  define(name: string, expression: Expression): void {
    this.rules.set(name, expression);
  }

  /** Gives an expression a name, so that it can be used several times and is there once. */
  add(hint: string, expression: Expression): Expression {
    const name = this.reserve(hint);
    this.define(name, expression);
    return { type: 'rule', name };
  }

  /** The grammar of a text that is `root`. Throws `InvalidRequestError` when it is too large, or no text fits it. */
  build(root: Expression): Grammar {
    const grammar = new Map<string, Expression>([[ROOT, root]]);
    for (const [name, expression] of this.rules) {
      if (expression !== undefined) grammar.set(name, expression);
    }
    return checked(grammar);
  }
}

/** The rules that the root needs. Throws `InvalidRequestError` when it is too large, or no text fits it. */
function checked(grammar: Grammar): Grammar {
  const reachable = reachableRules(grammar);
  if (!isProductive(reachable)) {
    throw new InvalidRequestError('The constraint cannot be satisfied: no finite output fits it');
  }
  return reachable;
}

function reachableRules(grammar: Grammar): Grammar {
  const reachable = new Map<string, Expression>();
  const open = [ROOT];
  let size = 0;
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const expression = grammar.get(name);
    if (expression === undefined) throw new InvalidRequestError(`Rule "${name}" is not defined`);
    if (reachable.has(name)) continue;
    reachable.set(name, expression);
    forEachPart(expression, (part, copies) => {
      size += copies;
      if (part.type === 'characters' && !isPrintable(part.ranges)) {
        throw new InvalidRequestError(
          'A class of characters beyond ASCII must hold all of them or at most 512: this engine cannot enforce other ones',
        );
      }
      if (part.type === 'rule') open.push(part.name);
      if (part.type === 'dispatch') open.push(...part.triggers.map(([, target]) => target));
      if (size > MAX_EXPRESSIONS) {
        throw new InvalidRequestError('The constraint is too large: its grammar has too many parts');
      }
    });
  }
  return reachable;
}

/** Every part of an expression, itself included, with how many copies of it the repetitions around it ask for. */
export function forEachPart(root: Expression, visit: (part: Expression, copies: number) => void): void {
  const open: (readonly [Expression, number])[] = [[root, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [part, copies] = next;
    visit(part, copies);
    switch (part.type) {
      case 'sequence':
        for (const inner of part.parts) open.push([inner, copies]);
        break;
      case 'choice':
        for (const inner of part.options) open.push([inner, copies]);
        break;
      case 'repeat':
        open.push([part.part, copies * Math.max(1, part.least, part.most ?? 1)]);
        break;
      default:
    }
  }
}

/** Whether a finite text fits the root. Linear: a rule is looked at again when one that it needs turns out to have such a text. */
function isProductive(grammar: Grammar): boolean {
  const productive = new Set<string>();
  const users = usersOf(grammar);
  const open = [...grammar.keys()];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const expression = grammar.get(name);
    if (productive.has(name) || expression === undefined || !canEnd(expression, productive)) continue;
    productive.add(name);
    open.push(...(users.get(name) ?? []));
  }
  return productive.has(ROOT);
}

/** Which rules need a rule. */
function usersOf(grammar: Grammar): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const [name, expression] of grammar) {
    forEachPart(expression, (part) => {
      if (part.type !== 'rule') return;
      const known = users.get(part.name);
      if (known === undefined) users.set(part.name, [name]);
      else known.push(name);
    });
  }
  return users;
}

function canEnd(expression: Expression, productive: ReadonlySet<string>): boolean {
  switch (expression.type) {
    case 'sequence':
      return expression.parts.every((part) => canEnd(part, productive));
    case 'choice':
      return expression.options.some((option) => canEnd(option, productive));
    case 'repeat':
      return expression.least === 0 || canEnd(expression.part, productive);
    case 'rule':
      return productive.has(expression.name);
    default:
      return true;
  }
}
