import type { CallObjectFormat } from './json/call-object.reader.js';
import { TagSplitter } from './tag-splitter.js';

/**
 * Tags are written as `TagSplitter` has them. The opening tag of an element is declared up to its attributes; when the first of them is declared too
 * (`<invoke name =`), nothing else that begins like the tag is taken for it.
 */
export interface MarkupElement {
  readonly open: string;
  readonly close: string;
}

/** `<block><call name="F"><parameter name="P">V</parameter></call></block>`, in the tags of one family. */
export interface MarkupDeclaration {
  /** Any of these begins a block of calls, any of those ends it. */
  readonly blockOpen: readonly string[];
  readonly blockClose: readonly string[];
  /** A call may stand without a block. */
  readonly bareCalls: boolean;
  /** What an empty block is. */
  readonly emptyBlock: 'dropped' | 'text';
  /** Calls end what is said: behind the first there is no text. */
  readonly dropsTextBehindCalls?: true;
  /** In a block, beside its calls: they say nothing. */
  readonly layout?: readonly string[];
  /** Around text, outside of blocks: they say nothing. */
  readonly framing?: readonly string[];
  readonly call: MarkupElement;
  /** A block may hold one call as a JSON object instead. */
  readonly jsonCall?: CallObjectFormat;
  /** Absent: a call has no parameters in this form, but a text of its own. */
  readonly parameter?: MarkupElement;
  /** Ends the opening tags of calls and parameters. */
  readonly tagEnd: string;
  /** In values: text in which no tag counts. */
  readonly verbatim?: MarkupElement;
  /** In values: what stands for another text. */
  readonly escapes?: Readonly<Record<string, string>>;
  /** Text in which nothing is a call. */
  readonly thought?: MarkupElement;
}

export type Attributes = ReadonlyMap<string, string>;

/** The tags of one family, and which of them count where. */
export class AttributeMarkup {
  readonly inText: TagSplitter;
  readonly inBlock: TagSplitter;
  readonly inTag: TagSplitter;
  readonly inCall: TagSplitter;
  readonly inValue: TagSplitter;
  readonly inVerbatim: TagSplitter;
  readonly inThought: TagSplitter;

  constructor(readonly declaration: MarkupDeclaration) {
    const { blockOpen, blockClose, bareCalls, call, parameter, tagEnd } = declaration;
    const { layout = [], framing = [], escapes = {}, verbatim, thought } = declaration;
    this.inText = new TagSplitter(among(...blockOpen, ...framing, bareCalls ? call.open : undefined, thought?.open));
    this.inBlock = new TagSplitter([...blockOpen, ...blockClose, ...layout, call.open]);
    this.inTag = new TagSplitter([tagEnd]);
    this.inCall = new TagSplitter(parameter ? [parameter.open, call.open, call.close, ...blockClose] : [call.close]);
    this.inValue = new TagSplitter(
      parameter
        ? among(parameter.open, parameter.close, call.close, ...blockClose, verbatim?.open, ...Object.keys(escapes))
        : [call.close],
    );
    this.inVerbatim = new TagSplitter(among(verbatim?.close));
    this.inThought = new TagSplitter(among(thought?.close));
  }
}

function among(...tags: readonly (string | undefined)[]): string[] {
  return tags.filter((tag) => tag !== undefined);
}

/** `text`: what stands between the beginning of the tag `open` and its end. Names without quotes end at white space. */
export function readAttributes(open: string, text: string): Attributes {
  const [first = ''] = /\w+ ?=$/.exec(open) ?? [];
  const found = (first + text).matchAll(/([\w:.-]+)\s{0,16}=\s{0,16}(?:"([^"]*)"|'([^']*)'|([^\s"']+))/g);
  return new Map([...found].map(([, name, double, single, bare]) => [name, double ?? single ?? bare]));
}

/** The usual name of a call or a parameter; undefined: there is none. */
export function nameAttribute(attributes: Attributes): string | undefined {
  return attributes.get('name')?.trim() || undefined;
}
