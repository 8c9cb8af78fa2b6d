import {
  compileTemplate,
  type Expression,
  type Node,
  type Target,
  type TemplateNode,
  TemplateSyntaxError,
  walk,
} from '@app/jinja';

/** Whether a template takes `content` as one string, or as OpenAI's list of parts. */
export type ContentFormat = 'string' | 'openai';

/** What a template's own loops say about it; `string` when there is no template or it cannot be parsed. */
export function detectContentFormat(source: string | undefined): ContentFormat {
  if (source === undefined) {
    return 'string';
  }
  try {
    return contentFormatOf(compileTemplate(source).ast);
  } catch (error) {
    if (error instanceof TemplateSyntaxError) {
      return 'string';
    }
    throw error;
  }
}

/**
 * `openai` when the template has a loop over the content of a message: of `message.content` or `message['content']`, where
 * the message comes from a loop over the messages; of what such a content was assigned to or passed as; or of a variable
 * named `content`.
 */
export function contentFormatOf(ast: TemplateNode): ContentFormat {
  const nodes = Array.from(walk(ast));
  const meanings = findMeanings(nodes);
  const loops = nodes.some((node) => node.type === 'for' && meaningOf(node.iterable, meanings) === 'content');
  return loops ? 'openai' : 'string';
}

/** What a variable or namespace attribute may hold. */
type Meaning = 'messages' | 'message' | 'content';
/** By variable name, or `namespace.attribute`. One name may mean several things in a template: all are kept. */
type Meanings = Map<string, Set<Meaning>>;

/** Follows assignments, loops and macro calls until nothing new is learnt. */
function findMeanings(nodes: readonly Node[]): Meanings {
  const meanings: Meanings = new Map([
    ['messages', new Set<Meaning>(['messages'])],
    ['content', new Set<Meaning>(['content'])],
  ]);
  for (let learnt = true; learnt;) {
    const before = total(meanings);
    nodes.forEach((node) => learn(node, nodes, meanings));
    learnt = total(meanings) > before;
  }
  return meanings;
}

function total(meanings: Meanings): number {
  return Array.from(meanings.values()).reduce((sum, each) => sum + each.size, 0);
}

function learn(node: Node, nodes: readonly Node[], meanings: Meanings): void {
  switch (node.type) {
    case 'set':
      assign(node.target, node.value, meanings);
      break;
    case 'with':
      node.targets.forEach((target, index) => assign(target, node.values[index], meanings));
      break;
    case 'for':
      if (allMeanings(node.iterable, meanings).has('messages')) {
        add(node.target, 'message', meanings);
      }
      break;
    case 'call':
      learnCall(node.callee, { positional: node.args.positional, keyword: node.args.keyword }, nodes, meanings);
      break;
    default:
  }
}

function assign(target: Target, value: Expression, meanings: Meanings): void {
  for (const meaning of allMeanings(value, meanings)) {
    add(target, meaning, meanings);
  }
}

interface CallParts {
  readonly positional: readonly Expression[];
  readonly keyword: readonly { readonly name: string; readonly value: Expression }[];
}

/** The parameters of a macro mean what is passed for them. */
function learnCall(callee: Expression, args: CallParts, nodes: readonly Node[], meanings: Meanings): void {
  if (callee.type !== 'name') {
    return;
  }
  for (const macro of nodes) {
    if (macro.type !== 'macro' || macro.name !== callee.name) {
      continue;
    }
    macro.signature.parameters.forEach((parameter, index) => {
      const named = args.keyword.find(({ name }) => name === parameter.name)?.value;
      const value = index < args.positional.length ? args.positional[index] : named;
      if (value !== undefined) {
        assign(parameter, value, meanings);
      }
    });
  }
}

function add(target: Target, meaning: Meaning, meanings: Meanings): void {
  if (target.type === 'target-tuple') {
    return;
  }
  const key = target.type === 'name' ? target.name : `${target.name}.${target.attribute}`;
  const known = meanings.get(key) ?? new Set<Meaning>();
  known.add(meaning);
  meanings.set(key, known);
}

function meaningOf(node: Expression, meanings: Meanings): Meaning | undefined {
  const all = allMeanings(node, meanings);
  return all.has('content') ? 'content' : Array.from(all)[0];
}

const nothing: ReadonlySet<Meaning> = new Set();
const onlyContent: ReadonlySet<Meaning> = new Set<Meaning>(['content']);
const onlyMessage: ReadonlySet<Meaning> = new Set<Meaning>(['message']);

/** What an expression may stand for, looking through filters, tests and slices. */
function allMeanings(node: Expression, meanings: Meanings): ReadonlySet<Meaning> {
  switch (node.type) {
    case 'name':
      return meanings.get(node.name) ?? nothing;
    case 'filter':
    case 'test':
      return node.input === undefined ? nothing : allMeanings(node.input, meanings);
    case 'attribute':
      return memberMeanings(node.object, node.name, meanings);
    case 'item':
      if (node.key.type === 'slice') {
        return allMeanings(node.object, meanings);
      }
      if (node.key.type === 'const' && typeof node.key.value === 'string') {
        return memberMeanings(node.object, node.key.value, meanings);
      }
      return allMeanings(node.object, meanings).has('messages') ? onlyMessage : nothing;
    default:
      return nothing;
  }
}

function memberMeanings(owner: Expression, member: string, meanings: Meanings): ReadonlySet<Meaning> {
  if (member === 'content' && allMeanings(owner, meanings).has('message')) {
    return onlyContent;
  }
  return owner.type === 'name' ? (meanings.get(`${owner.name}.${member}`) ?? nothing) : nothing;
}
