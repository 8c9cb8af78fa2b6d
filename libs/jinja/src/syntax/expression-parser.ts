import type {
  ArgumentsNode,
  ArithmeticOperator,
  CallNode,
  CompareOperator,
  DictNode,
  Expression,
  FilterNode,
  ItemNode,
  ListNode,
  NameNode,
  SliceNode,
  Target,
  TupleNode,
} from './nodes.js';
import type { TokenStream } from './token-stream.js';
import { describeToken } from './token.js';

/** Python gives up at 200 nested brackets; so do we, long before the stack of JavaScript does. */
const maxDepth = 200;
const compareOperators: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const constants: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);
const noArguments: ArgumentsNode = { positional: [], keyword: [], spread: undefined, keywordSpread: undefined };

export interface TupleOptions {
  readonly withCondition?: boolean;
  /** A name that ends the tuple, such as `in` in `for a, b in …`. */
  readonly endName?: string;
  readonly explicitParentheses?: boolean;
}

/** Recursive descent over Jinja's expression grammar; precedence from loosest to tightest, top to bottom. */
export class ExpressionParser {
  private depth = 0;

  constructor(protected readonly stream: TokenStream) {}

  protected expression(withCondition = true): Expression {
    if (++this.depth > maxDepth) {
      this.stream.fail('too many nested parentheses');
    }
    const node = withCondition ? this.condition() : this.or();
    this.depth--;
    return node;
  }

  /** One expression, or a tuple when commas follow. */
  protected tuple(options: TupleOptions = {}): Expression {
    const { withCondition = true, explicitParentheses = false } = options;
    const { line } = this.stream.current;
    const items: Expression[] = [];
    let isTuple = false;
    while (!this.atTupleEnd(options.endName)) {
      items.push(this.expression(withCondition));
      if (!this.stream.skipIf('operator', ',')) {
        break;
      }
      isTuple = true;
    }
    if (isTuple || (items.length === 0 && explicitParentheses)) {
      return { type: 'tuple', items, line } satisfies TupleNode;
    }
    if (items.length === 0) {
      this.stream.fail(`Expected an expression, got '${describeToken(this.stream.current)}'`);
    }
    return items[0];
  }

  protected nameTarget(): NameNode {
    const token = this.stream.expect('name');
    if (constants.has(token.text)) {
      this.stream.fail("can't assign to 'const'", token.line);
    }
    return { type: 'name', name: token.text, line: token.line };
  }

  /** `a`, `a, (b, c)`, and `ns.x` where a namespace attribute may be assigned. */
  protected target(options: { readonly endName?: string; readonly withNamespace?: boolean } = {}): Target {
    const { line } = this.stream.current;
    const items: Target[] = [];
    let isTuple = false;
    while (!this.atTupleEnd(options.endName) && !this.stream.isOperator('=')) {
      items.push(this.simpleTarget(options.withNamespace ?? false));
      if (!this.stream.skipIf('operator', ',')) {
        break;
      }
      isTuple = true;
    }
    if (items.length === 0 && !isTuple) {
      this.stream.fail(`Expected an expression, got '${describeToken(this.stream.current)}'`);
    }
    return isTuple ? { type: 'target-tuple', items, line } : items[0];
  }

  protected filters(input: Expression | undefined, startInline = false): FilterNode | undefined {
    let node: FilterNode | undefined;
    let inline = startInline;
    while (inline || this.stream.isOperator('|')) {
      if (!inline) {
        this.stream.next();
      }
      const { line } = this.stream.current;
      const name = this.dottedName();
      const args = this.stream.isOperator('(') ? this.callArguments() : noArguments;
      node = { type: 'filter', input: node ?? input, name, args, line };
      inline = false;
    }
    return node;
  }

  private simpleTarget(withNamespace: boolean): Target {
    const { line, text, type } = this.stream.current;
    if (this.stream.isOperator('(')) {
      if (++this.depth > maxDepth) {
        this.stream.fail('too many nested parentheses');
      }
      this.stream.next();
      const inner = this.target({ withNamespace });
      this.stream.expect('operator', ')');
      this.depth--;
      return inner;
    }
    if (type === 'name' && withNamespace && this.stream.look().text === '.' && this.stream.look().type === 'operator') {
      this.stream.next();
      this.stream.next();
      return { type: 'namespace-target', name: text, attribute: this.stream.expect('name').text, line };
    }
    if (type === 'name') {
      return this.nameTarget();
    }
    const literal = this.primary();
    return this.stream.fail(`can't assign to '${literal.type}'`, line);
  }

  private atTupleEnd(endName: string | undefined): boolean {
    const { stream } = this;
    return (
      stream.is('variable-end') ||
      stream.is('block-end') ||
      stream.isOperator(')') ||
      (endName !== undefined && stream.isName(endName))
    );
  }

  private condition(): Expression {
    const { line } = this.stream.current;
    let node = this.or();
    while (this.stream.skipIf('name', 'if')) {
      const test = this.or();
      const otherwise = this.stream.skipIf('name', 'else') ? this.expression() : undefined;
      node = { type: 'condition', test, then: node, otherwise, line };
    }
    return node;
  }

  private or(): Expression {
    const { line } = this.stream.current;
    let left = this.and();
    while (this.stream.skipIf('name', 'or')) {
      left = { type: 'logical', operator: 'or', left, right: this.and(), line };
    }
    return left;
  }

  private and(): Expression {
    const { line } = this.stream.current;
    let left = this.not();
    while (this.stream.skipIf('name', 'and')) {
      left = { type: 'logical', operator: 'and', left, right: this.not(), line };
    }
    return left;
  }

  private not(): Expression {
    const { line } = this.stream.current;
    let count = 0;
    while (this.stream.skipIf('name', 'not')) {
      count++;
    }
    let node = this.compare();
    for (; count > 0; count--) {
      node = { type: 'unary', operator: 'not', operand: node, line };
      if (count > maxDepth) {
        this.stream.fail('too many nested operators');
      }
    }
    return node;
  }

  private compare(): Expression {
    const { line } = this.stream.current;
    const left = this.sum();
    const operations: { operator: CompareOperator; right: Expression }[] = [];
    for (;;) {
      const operator = this.compareOperator();
      if (operator === undefined) {
        break;
      }
      operations.push({ operator, right: this.sum() });
    }
    return operations.length === 0 ? left : { type: 'compare', left, operations, line };
  }

  private compareOperator(): CompareOperator | undefined {
    const { current } = this.stream;
    if (current.type === 'operator' && compareOperators.has(current.text)) {
      return this.stream.next().text as CompareOperator;
    }
    if (this.stream.skipIf('name', 'in')) {
      return 'in';
    }
    const follower = this.stream.look();
    if (this.stream.isName('not') && follower.type === 'name' && follower.text === 'in') {
      this.stream.next();
      this.stream.next();
      return 'not in';
    }
    return undefined;
  }

  private sum(): Expression {
    return this.binary(['+', '-'], () => this.concat());
  }

  private concat(): Expression {
    const { line } = this.stream.current;
    const items = [this.product()];
    while (this.stream.skipIf('operator', '~')) {
      items.push(this.product());
    }
    return items.length === 1 ? items[0] : { type: 'concat', items, line };
  }

  private product(): Expression {
    return this.binary(['*', '/', '//', '%'], () => this.binary(['**'], () => this.unary(true)));
  }

  private binary(operators: readonly ArithmeticOperator[], operand: () => Expression): Expression {
    const { line } = this.stream.current;
    let left = operand();
    for (let count = 0; ; count++) {
      const operator = operators.find((candidate) => this.stream.isOperator(candidate));
      if (operator === undefined) {
        return left;
      }
      if (count > 1000) {
        this.stream.fail('expression is too long');
      }
      this.stream.next();
      left = { type: 'binary', operator, left, right: operand(), line };
    }
  }

  private unary(withFilter: boolean): Expression {
    const { line } = this.stream.current;
    const signs: ('-' | '+')[] = [];
    while (this.stream.isOperator('-') || this.stream.isOperator('+')) {
      signs.push(this.stream.next().text as '-' | '+');
      if (signs.length > maxDepth) {
        this.stream.fail('too many nested operators');
      }
    }
    let node = this.postfix(this.primary());
    for (const operator of signs.reverse()) {
      node = this.postfix({ type: 'unary', operator, operand: node, line });
    }
    return withFilter ? this.filterChain(node) : node;
  }

  private primary(): Expression {
    const token = this.stream.next();
    const { line, text } = token;
    switch (token.type) {
      case 'name': {
        const constant = constants.get(text);
        return constant === undefined ? { type: 'name', name: text, line } : { type: 'const', value: constant, line };
      }
      case 'string':
        return { type: 'const', value: text + this.adjacentStrings(), line };
      case 'integer':
        return { type: 'const', value: BigInt(text), line };
      case 'float':
        return { type: 'const', value: Number(text), line };
      case 'operator':
        if (text === '(') {
          const inner = this.tuple({ explicitParentheses: true });
          this.stream.expect('operator', ')');
          return inner;
        }
        if (text === '[') {
          return this.list(line);
        }
        if (text === '{') {
          return this.dict(line);
        }
        break;
      default:
    }
    return this.stream.fail(`unexpected '${describeToken(token)}'`, line);
  }

  private adjacentStrings(): string {
    let text = '';
    while (this.stream.is('string')) {
      text += this.stream.next().text;
    }
    return text;
  }

  private list(line: number): ListNode {
    const items: Expression[] = [];
    while (!this.stream.skipIf('operator', ']')) {
      if (items.length > 0) {
        this.stream.expect('operator', ',');
        if (this.stream.skipIf('operator', ']')) {
          break;
        }
      }
      items.push(this.expression());
    }
    return { type: 'list', items, line };
  }

  private dict(line: number): DictNode {
    const pairs: { key: Expression; value: Expression }[] = [];
    while (!this.stream.skipIf('operator', '}')) {
      if (pairs.length > 0) {
        this.stream.expect('operator', ',');
        if (this.stream.skipIf('operator', '}')) {
          break;
        }
      }
      const key = this.expression();
      this.stream.expect('operator', ':');
      pairs.push({ key, value: this.expression() });
    }
    return { type: 'dict', pairs, line };
  }

  /** Subscripts and calls bind tighter than everything else. */
  private postfix(start: Expression): Expression {
    let node = start;
    for (let count = 0; count < 1000; count++) {
      if (this.stream.isOperator('.') || this.stream.isOperator('[')) {
        node = this.subscript(node);
      } else if (this.stream.isOperator('(')) {
        node = this.call(node);
      } else {
        return node;
      }
    }
    return this.stream.fail('expression is too long');
  }

  private filterChain(start: Expression): Expression {
    let node = start;
    for (let count = 0; count < 1000; count++) {
      if (this.stream.isOperator('|')) {
        node = this.filters(node) ?? node;
      } else if (this.stream.isName('is')) {
        node = this.test(node);
      } else if (this.stream.isOperator('(')) {
        node = this.call(node);
      } else {
        return node;
      }
    }
    return this.stream.fail('expression is too long');
  }

  private subscript(object: Expression): Expression {
    const opener = this.stream.next();
    const { line } = opener;
    if (opener.text === '.') {
      const token = this.stream.next();
      if (token.type === 'name') {
        return { type: 'attribute', object, name: token.text, line };
      }
      if (token.type !== 'integer') {
        this.stream.fail('expected name or number', token.line);
      }
      return { type: 'item', object, key: { type: 'const', value: BigInt(token.text), line }, line };
    }
    const keys: Expression[] = [];
    while (!this.stream.isOperator(']')) {
      if (keys.length > 0) {
        this.stream.expect('operator', ',');
      }
      keys.push(this.subscriptKey());
    }
    this.stream.expect('operator', ']');
    const key: Expression = keys.length === 1 ? keys[0] : { type: 'tuple', items: keys, line };
    return { type: 'item', object, key, line } satisfies ItemNode;
  }

  private subscriptKey(): Expression {
    const { line } = this.stream.current;
    const start = this.stream.isOperator(':') ? undefined : this.expression();
    if (start !== undefined && !this.stream.isOperator(':')) {
      return start;
    }
    this.stream.next();
    const stop = this.slicePart();
    const step = this.stream.skipIf('operator', ':') ? this.slicePart() : undefined;
    return { type: 'slice', start, stop, step, line } satisfies SliceNode;
  }

  private slicePart(): Expression | undefined {
    const { stream } = this;
    return stream.isOperator(':') || stream.isOperator(']') || stream.isOperator(',') ? undefined : this.expression();
  }

  private call(callee: Expression): CallNode {
    const { line } = this.stream.current;
    return { type: 'call', callee, args: this.callArguments(), line };
  }

  private callArguments(): ArgumentsNode {
    const { line } = this.stream.expect('operator', '(');
    const positional: Expression[] = [];
    const keyword: { name: string; value: Expression }[] = [];
    let spread: Expression | undefined;
    let keywordSpread: Expression | undefined;
    const ensure = (valid: boolean): void => {
      if (!valid) {
        this.stream.fail('invalid syntax for function call expression', line);
      }
    };
    for (let count = 0; !this.stream.isOperator(')'); count++) {
      if (count > 0) {
        this.stream.expect('operator', ',');
        if (this.stream.isOperator(')')) {
          break;
        }
      }
      if (this.stream.skipIf('operator', '*')) {
        ensure(spread === undefined && keywordSpread === undefined);
        spread = this.expression();
      } else if (this.stream.skipIf('operator', '**')) {
        ensure(keywordSpread === undefined);
        keywordSpread = this.expression();
      } else if (this.stream.is('name') && this.stream.look().type === 'operator' && this.stream.look().text === '=') {
        ensure(keywordSpread === undefined);
        const name = this.stream.next().text;
        this.stream.next();
        ensure(!keyword.some((argument) => argument.name === name));
        keyword.push({ name, value: this.expression() });
      } else {
        ensure(spread === undefined && keywordSpread === undefined && keyword.length === 0);
        positional.push(this.expression());
      }
    }
    this.stream.expect('operator', ')');
    return { positional, keyword, spread, keywordSpread };
  }

  private test(input: Expression): Expression {
    const { line } = this.stream.next();
    const negated = this.stream.skipIf('name', 'not');
    const name = this.dottedName();
    const node: Expression = { type: 'test', input, name, args: this.testArguments(), line };
    return negated ? { type: 'unary', operator: 'not', operand: node, line } : node;
  }

  /** `is divisibleby 3` is `is divisibleby(3)`. */
  private testArguments(): ArgumentsNode {
    const { stream } = this;
    if (stream.isOperator('(')) {
      return this.callArguments();
    }
    const startsValue =
      stream.is('name') ||
      stream.is('string') ||
      stream.is('integer') ||
      stream.is('float') ||
      stream.isOperator('[') ||
      stream.isOperator('{');
    if (!startsValue || stream.isName('else') || stream.isName('or') || stream.isName('and')) {
      return noArguments;
    }
    if (stream.isName('is')) {
      stream.fail('You cannot chain multiple tests with is');
    }
    return { ...noArguments, positional: [this.postfix(this.primary())] };
  }

  private dottedName(): string {
    let name = this.stream.expect('name').text;
    while (this.stream.skipIf('operator', '.')) {
      name += `.${this.stream.expect('name').text}`;
    }
    return name;
  }
}
