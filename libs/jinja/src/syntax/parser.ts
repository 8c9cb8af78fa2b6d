import type {
  AutoescapeNode,
  BlockNode,
  CallBlockNode,
  Expression,
  FilterBlockNode,
  ForNode,
  IfNode,
  LoaderNode,
  MacroNode,
  OutputNode,
  SetBlockNode,
  SetNode,
  Signature,
  Statement,
  Target,
  TemplateNode,
  WithNode,
} from './nodes.js';
import { ExpressionParser } from './expression-parser.js';
import { tokenize } from './lexer.js';
import { TokenStream } from './token-stream.js';
import { TemplateSyntaxError } from '../errors.js';

/** Python refuses more than 100 levels of indentation, which is what nested statements become there. */
const maxNesting = 100;

/** @throws TemplateSyntaxError with Jinja's own text */
export function parseTemplate(source: string): TemplateNode {
  return new TemplateParser(new TokenStream(tokenize(source))).parse();
}

class TemplateParser extends ExpressionParser {
  private readonly tags: string[] = [];
  private readonly endNames: (readonly string[])[] = [];

  parse(): TemplateNode {
    return { type: 'template', body: this.statements([]) };
  }

  /** Text, prints and statements up to (not including) one of the end tags, or up to the end of the file. */
  private statements(ends: readonly string[]): readonly Statement[] {
    const body: Statement[] = [];
    let printed: Expression[] = [];
    const flush = (): void => {
      if (printed.length > 0) {
        body.push({ type: 'output', nodes: printed, line: printed[0].line } satisfies OutputNode);
        printed = [];
      }
    };
    while (!this.stream.is('eof')) {
      const token = this.stream.next();
      if (token.type === 'data') {
        printed.push({ type: 'template-data', text: token.text, line: token.line });
      } else if (token.type === 'variable-begin') {
        printed.push(this.tuple());
        this.stream.expect('variable-end');
      } else {
        flush();
        if (this.stream.is('name') && ends.includes(this.stream.current.text)) {
          return body;
        }
        body.push(this.statement());
        this.stream.expect('block-end');
      }
    }
    flush();
    return body;
  }

  /** The body of a tag: from its `%}` to the end tag, which is left as the current token. */
  private body(...ends: readonly string[]): readonly Statement[] {
    this.stream.skipIf('operator', ':');
    this.stream.expect('block-end');
    this.endNames.push(ends);
    if (this.endNames.length > maxNesting) {
      this.stream.fail('too many levels of indentation');
    }
    const body = this.statements(ends);
    if (this.stream.is('eof')) {
      this.failAtTag(undefined);
    }
    this.endNames.pop();
    return body;
  }

  private closedBody(end: string): readonly Statement[] {
    const body = this.body(end);
    this.stream.next();
    return body;
  }

  private statement(): Statement {
    const token = this.stream.current;
    if (token.type !== 'name') {
      this.stream.fail('tag name expected');
    }
    this.stream.next();
    this.tags.push(token.text);
    const node = this.tag(token.text, token.line);
    this.tags.pop();
    return node;
  }

  private tag(name: string, line: number): Statement {
    switch (name) {
      case 'for':
        return this.forLoop(line);
      case 'if':
        return this.ifChain(line);
      case 'set':
        return this.set(line);
      case 'macro':
        return this.macro(line);
      case 'call':
        return this.callBlock(line);
      case 'generation':
        return {
          type: 'call-block',
          call: undefined,
          signature: { parameters: [], defaults: [] },
          body: this.closedBody('endgeneration'),
          line,
        };
      case 'filter':
        return this.filterBlock(line);
      case 'with':
        return this.with(line);
      case 'block':
        return this.block(line);
      case 'autoescape':
        return {
          type: 'autoescape',
          value: this.expression(),
          body: this.closedBody('endautoescape'),
          line,
        } satisfies AutoescapeNode;
      case 'print':
        return this.print(line);
      case 'break':
      case 'continue':
        return { type: name, line };
      case 'include':
      case 'extends':
      case 'import':
      case 'from':
        return this.loader(name, line);
      default:
        this.tags.pop();
        return this.failAtTag(name, line);
    }
  }

  private forLoop(line: number): ForNode {
    const target = this.target({ endName: 'in' });
    this.stream.expect('name', 'in');
    const iterable = this.tuple({ withCondition: false, endName: 'recursive' });
    const test = this.stream.skipIf('name', 'if') ? this.expression() : undefined;
    const recursive = this.stream.skipIf('name', 'recursive');
    const body = this.body('endfor', 'else');
    const otherwise = this.stream.next().text === 'endfor' ? [] : this.closedBody('endfor');
    return { type: 'for', target, iterable, test, recursive, body, otherwise, line };
  }

  private ifChain(line: number): IfNode {
    const first = { type: 'if' as const, test: this.tuple({ withCondition: false }), line };
    const body = this.body('elif', 'else', 'endif');
    const elifs: IfNode[] = [];
    let end = this.stream.next();
    while (end.text === 'elif') {
      const test = this.tuple({ withCondition: false });
      elifs.push({
        type: 'if',
        test,
        body: this.body('elif', 'else', 'endif'),
        elifs: [],
        otherwise: [],
        line: end.line,
      });
      end = this.stream.next();
    }
    const otherwise = end.text === 'else' ? this.closedBody('endif') : [];
    return { ...first, body, elifs, otherwise };
  }

  private set(line: number): SetNode | SetBlockNode {
    const target = this.target({ withNamespace: true });
    if (this.stream.skipIf('operator', '=')) {
      return { type: 'set', target, value: this.tuple(), line };
    }
    const filter = this.filters(undefined);
    return { type: 'set-block', target, filter, body: this.closedBody('endset'), line };
  }

  private signature(): Signature {
    const parameters: Signature['parameters'][number][] = [];
    const defaults: Expression[] = [];
    this.stream.expect('operator', '(');
    while (!this.stream.isOperator(')')) {
      if (parameters.length > 0) {
        this.stream.expect('operator', ',');
      }
      const parameter = this.nameTarget();
      if (this.stream.skipIf('operator', '=')) {
        defaults.push(this.expression());
      } else if (defaults.length > 0) {
        this.stream.fail('non-default argument follows default argument');
      }
      if (parameters.some(({ name }) => name === parameter.name)) {
        throw new TemplateSyntaxError(
          `duplicate argument '${parameter.name}' in function definition`,
          parameter.line,
          'SyntaxError',
        );
      }
      parameters.push(parameter);
    }
    this.stream.expect('operator', ')');
    return { parameters, defaults };
  }

  private macro(line: number): MacroNode {
    const { name } = this.nameTarget();
    const signature = this.signature();
    return { type: 'macro', name, signature, body: this.closedBody('endmacro'), line };
  }

  private callBlock(line: number): CallBlockNode {
    const signature = this.stream.isOperator('(') ? this.signature() : { parameters: [], defaults: [] };
    const call = this.expression();
    if (call.type !== 'call') {
      return this.stream.fail('expected call', line);
    }
    return { type: 'call-block', call, signature, body: this.closedBody('endcall'), line };
  }

  private filterBlock(line: number): FilterBlockNode {
    const filter = this.filters(undefined, true);
    if (filter === undefined) {
      return this.stream.fail('expected a filter', line);
    }
    return { type: 'filter-block', filter, body: this.closedBody('endfilter'), line };
  }

  private with(line: number): WithNode {
    const targets: Target[] = [];
    const values: Expression[] = [];
    while (!this.stream.is('block-end')) {
      if (targets.length > 0) {
        this.stream.expect('operator', ',');
      }
      targets.push(this.nameTarget());
      this.stream.expect('operator', '=');
      values.push(this.expression());
    }
    return { type: 'with', targets, values, body: this.closedBody('endwith'), line };
  }

  private block(line: number): BlockNode {
    const name = this.stream.expect('name').text;
    const scoped = this.stream.skipIf('name', 'scoped');
    const required = this.stream.skipIf('name', 'required');
    if (this.stream.isOperator('-')) {
      this.stream.fail(
        'Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead.',
      );
    }
    const body = this.closedBody('endblock');
    const isBlank = (node: Expression): boolean => node.type === 'template-data' && node.text.trim() === '';
    if (required && !body.every((node) => node.type === 'output' && node.nodes.every(isBlank))) {
      this.stream.fail('Required blocks can only contain comments or whitespace');
    }
    this.stream.skipIf('name', name);
    return { type: 'block', name, scoped, required, body, line };
  }

  private print(line: number): OutputNode {
    const nodes: Expression[] = [];
    while (!this.stream.is('block-end')) {
      if (nodes.length > 0) {
        this.stream.expect('operator', ',');
      }
      nodes.push(this.expression());
    }
    return { type: 'output', nodes, line };
  }

  private loader(kind: 'include' | 'extends' | 'import' | 'from', line: number): LoaderNode {
    const template = this.expression();
    const names: string[] = [];
    if (kind === 'import') {
      this.stream.expect('name', 'as');
      names.push(this.nameTarget().name);
    } else if (kind === 'from') {
      this.stream.expect('name', 'import');
      this.importedNames(names);
    }
    if (kind === 'include' && this.stream.skipIf('name', 'ignore')) {
      this.stream.expect('name', 'missing');
    }
    if (kind !== 'extends' && (this.stream.skipIf('name', 'with') || this.stream.skipIf('name', 'without'))) {
      this.stream.expect('name', 'context');
    }
    return { type: 'loader', template, names, line };
  }

  private importedNames(names: string[]): void {
    do {
      const { name, line } = this.nameTarget();
      if (name.startsWith('_')) {
        throw new TemplateSyntaxError(
          'names starting with an underline can not be imported',
          line,
          'TemplateAssertionError',
        );
      }
      names.push(this.stream.skipIf('name', 'as') ? this.nameTarget().name : name);
    } while (this.stream.skipIf('operator', ','));
  }

  /** An unknown tag, or (without a name) the end of the file inside a tag: says which end tag was looked for. */
  private failAtTag(name: string | undefined, line?: number): never {
    const parts = [name === undefined ? 'Unexpected end of template.' : `Encountered unknown tag '${name}'.`];
    const looking = this.endNames.at(-1);
    if (looking !== undefined) {
      const tags = looking.map((tag) => `'${tag}'`).join(' or ');
      const nested = name !== undefined && this.endNames.some((ends) => ends.includes(name));
      parts.push(
        nested
          ? `You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ${tags}.`
          : `Jinja was looking for the following tags: ${tags}.`,
      );
    }
    const innermost = this.tags.at(-1);
    if (innermost !== undefined) {
      parts.push(`The innermost block that needs to be closed is '${innermost}'.`);
    }
    return this.stream.fail(parts.join(' '), line);
  }
}
