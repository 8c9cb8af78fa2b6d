import type { Ending, OfferedFunction, ToolEvent, ToolParser } from '../tool/tool-parser.js';
import type { AttributeMarkup, Attributes } from './attribute-markup.js';
import { AttributeMarkupReader } from './attribute-markup.reader.js';
import type { MarkupListener } from './attribute-markup.reader.js';
import type { CallArguments } from './parameter-arguments.js';
import { TextAroundCalls } from './text-around-calls.js';
import type { TextLayout } from './text-around-calls.js';

/** How a family writes its calls. */
export interface AttributeCallFormat {
  readonly markup: AttributeMarkup;
  /** The function that a call names; undefined: it names none. */
  nameOf(attributes: Attributes, tools: readonly OfferedFunction[]): string | undefined;
  /** What a call without a name is. */
  readonly unnamed: 'skip' | 'text';
  /** What a call of a function that was not offered is. */
  readonly notOffered: 'read' | 'skip' | 'text';
  readonly text: TextLayout;
  createArguments(name: string, tools: readonly OfferedFunction[]): CallArguments;
}

/** Calls in attribute markup, between text. Arguments go out while they are written. */
export class AttributeCallParser implements ToolParser, MarkupListener {
  private readonly reader: AttributeMarkupReader;
  private readonly around: TextAroundCalls;
  private calls = 0;
  /** Of the call being read. */
  private arguments: CallArguments | undefined;
  private events: ToolEvent[] = [];

  constructor(
    private readonly format: AttributeCallFormat,
    private readonly tools: readonly OfferedFunction[],
  ) {
    this.reader = new AttributeMarkupReader(format.markup, this);
    this.around = new TextAroundCalls(format.text);
  }

  push(delta: string): ToolEvent[] {
    this.events = [];
    this.reader.push(delta);
    return this.events;
  }

  finish(ending: Ending): ToolEvent[] {
    this.events = [];
    this.reader.finish(ending);
    this.emitText(this.around.end());
    return this.events;
  }

  /** The message that the text stood in ended, and with it all that is open. Another may follow. */
  close(): ToolEvent[] {
    this.events = [];
    this.reader.close();
    return this.events;
  }

  text(text: string): void {
    this.emitText(this.around.text(text));
  }

  beginCall(attributes: Attributes): 'read' | 'skip' | 'text' {
    const { format, tools } = this;
    const name = format.nameOf(attributes, tools);
    if (!name) return format.unnamed;
    const offered = tools.length === 0 || tools.some((tool) => tool.name === name);
    if (!offered && format.notOffered !== 'read') return format.notOffered;
    this.around.call();
    this.arguments = format.createArguments(name, tools);
    this.events.push({ type: 'tool-call-start', index: this.calls, name });
    this.calls += 1;
    return 'read';
  }

  beginParameter(attributes: Attributes): void {
    this.emitArguments(this.arguments?.beginParameter(attributes));
  }

  value(text: string): void {
    this.emitArguments(this.arguments?.write(text));
  }

  endParameter(): void {
    this.emitArguments(this.arguments?.endParameter());
  }

  endCall(): void {
    this.emitArguments(this.arguments?.end());
    this.arguments = undefined;
  }

  private emitArguments(delta: string | undefined): void {
    if (delta) this.events.push({ type: 'tool-call-delta', index: this.calls - 1, delta });
  }

  private emitText(text: string): void {
    if (text !== '') this.events.push({ type: 'text-delta', text });
  }
}
