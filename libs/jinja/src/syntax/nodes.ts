/** The parsed template: what `parseTemplate` gives and what template analysis reads. All nodes are plain objects. */
export interface TemplateNode {
  readonly type: 'template';
  readonly body: readonly Statement[];
}

export type Statement =
  | OutputNode
  | ForNode
  | IfNode
  | MacroNode
  | CallBlockNode
  | FilterBlockNode
  | WithNode
  | SetNode
  | SetBlockNode
  | BlockNode
  | AutoescapeNode
  | LoopControlNode
  | LoaderNode;

export type Expression =
  | ConstNode
  | NameNode
  | TemplateDataNode
  | TupleNode
  | ListNode
  | DictNode
  | UnaryNode
  | BinaryNode
  | LogicalNode
  | ConcatNode
  | CompareNode
  | ConditionNode
  | FilterNode
  | TestNode
  | CallNode
  | AttributeNode
  | ItemNode
  | SliceNode;

/** What may stand left of an assignment. */
export type Target = NameNode | NamespaceTargetNode | TargetTupleNode;

interface Located {
  /** 1-based line of the node's first token. */
  readonly line: number;
}

/** Text and `{{ … }}` in a row. */
export interface OutputNode extends Located {
  readonly type: 'output';
  readonly nodes: readonly Expression[];
}
export interface ForNode extends Located {
  readonly type: 'for';
  readonly target: Target;
  readonly iterable: Expression;
  readonly test: Expression | undefined;
  readonly recursive: boolean;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}
export interface IfNode extends Located {
  readonly type: 'if';
  readonly test: Expression;
  readonly body: readonly Statement[];
  readonly elifs: readonly IfNode[];
  readonly otherwise: readonly Statement[];
}
/** Parameters of a macro or a call block; `defaults` belong to the last ones. */
export interface Signature {
  readonly parameters: readonly NameNode[];
  readonly defaults: readonly Expression[];
}
export interface MacroNode extends Located {
  readonly type: 'macro';
  readonly name: string;
  readonly signature: Signature;
  readonly body: readonly Statement[];
}
export interface CallBlockNode extends Located {
  readonly type: 'call-block';
  /** Undefined for `{% generation %}`, which renders its body in place. */
  readonly call: CallNode | undefined;
  readonly signature: Signature;
  readonly body: readonly Statement[];
}
export interface FilterBlockNode extends Located {
  readonly type: 'filter-block';
  readonly filter: FilterNode;
  readonly body: readonly Statement[];
}
export interface WithNode extends Located {
  readonly type: 'with';
  readonly targets: readonly Target[];
  readonly values: readonly Expression[];
  readonly body: readonly Statement[];
}
export interface SetNode extends Located {
  readonly type: 'set';
  readonly target: Target;
  readonly value: Expression;
}
export interface SetBlockNode extends Located {
  readonly type: 'set-block';
  readonly target: Target;
  readonly filter: FilterNode | undefined;
  readonly body: readonly Statement[];
}
export interface BlockNode extends Located {
  readonly type: 'block';
  readonly name: string;
  readonly scoped: boolean;
  readonly required: boolean;
  readonly body: readonly Statement[];
}
export interface AutoescapeNode extends Located {
  readonly type: 'autoescape';
  readonly value: Expression;
  readonly body: readonly Statement[];
}
export interface LoopControlNode extends Located {
  readonly type: 'break' | 'continue';
}
/** include, import, from, extends: parsed, and refused when reached, because there is no loader. */
export interface LoaderNode extends Located {
  readonly type: 'loader';
  readonly template: Expression;
  /** Names an import would have bound. */
  readonly names: readonly string[];
}

export type Constant = string | bigint | number | boolean | null;
export interface ConstNode extends Located {
  readonly type: 'const';
  readonly value: Constant;
}
export interface NameNode extends Located {
  readonly type: 'name';
  readonly name: string;
}
export interface NamespaceTargetNode extends Located {
  readonly type: 'namespace-target';
  readonly name: string;
  readonly attribute: string;
}
export interface TargetTupleNode extends Located {
  readonly type: 'target-tuple';
  readonly items: readonly Target[];
}
export interface TemplateDataNode extends Located {
  readonly type: 'template-data';
  readonly text: string;
}
export interface TupleNode extends Located {
  readonly type: 'tuple';
  readonly items: readonly Expression[];
}
export interface ListNode extends Located {
  readonly type: 'list';
  readonly items: readonly Expression[];
}
export interface DictNode extends Located {
  readonly type: 'dict';
  readonly pairs: readonly { readonly key: Expression; readonly value: Expression }[];
}
export interface UnaryNode extends Located {
  readonly type: 'unary';
  readonly operator: 'not' | '-' | '+';
  readonly operand: Expression;
}
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export interface BinaryNode extends Located {
  readonly type: 'binary';
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface LogicalNode extends Located {
  readonly type: 'logical';
  readonly operator: 'and' | 'or';
  readonly left: Expression;
  readonly right: Expression;
}
/** `a ~ b ~ c` */
export interface ConcatNode extends Located {
  readonly type: 'concat';
  readonly items: readonly Expression[];
}
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';
export interface CompareNode extends Located {
  readonly type: 'compare';
  readonly left: Expression;
  readonly operations: readonly { readonly operator: CompareOperator; readonly right: Expression }[];
}
/** `then if test else otherwise` */
export interface ConditionNode extends Located {
  readonly type: 'condition';
  readonly test: Expression;
  readonly then: Expression;
  readonly otherwise: Expression | undefined;
}
/** Arguments as written at a call, a filter or a test. */
export interface ArgumentsNode {
  readonly positional: readonly Expression[];
  readonly keyword: readonly { readonly name: string; readonly value: Expression }[];
  readonly spread: Expression | undefined;
  readonly keywordSpread: Expression | undefined;
}
export interface FilterNode extends Located {
  readonly type: 'filter';
  /** Undefined in a filter block or a set block: the captured text is the input. */
  readonly input: Expression | undefined;
  readonly name: string;
  readonly args: ArgumentsNode;
}
export interface TestNode extends Located {
  readonly type: 'test';
  readonly input: Expression;
  readonly name: string;
  readonly args: ArgumentsNode;
}
export interface CallNode extends Located {
  readonly type: 'call';
  readonly callee: Expression;
  readonly args: ArgumentsNode;
}
export interface AttributeNode extends Located {
  readonly type: 'attribute';
  readonly object: Expression;
  readonly name: string;
}
export interface ItemNode extends Located {
  readonly type: 'item';
  readonly object: Expression;
  readonly key: Expression;
}
export interface SliceNode extends Located {
  readonly type: 'slice';
  readonly start: Expression | undefined;
  readonly stop: Expression | undefined;
  readonly step: Expression | undefined;
}
