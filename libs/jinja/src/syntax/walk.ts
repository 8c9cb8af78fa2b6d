import type { Expression, NamespaceTargetNode, Statement, Target, TargetTupleNode, TemplateNode } from './nodes.js';

export type Node = TemplateNode | Statement | Expression | Target | TargetTupleNode | NamespaceTargetNode;

/** The node itself and everything below it, parents first, in the order of the source. */
export function* walk(node: Node): Generator<Node> {
  const stack: unknown[] = [node];
  while (stack.length > 0) {
    const current = stack.pop();
    if (Array.isArray(current)) {
      stack.push(...(current as readonly unknown[]).toReversed());
    } else if (typeof current === 'object' && current !== null) {
      if ('type' in current) {
        yield current as Node;
      }
      stack.push(...(Object.values(current) as readonly unknown[]).toReversed());
    }
  }
}
