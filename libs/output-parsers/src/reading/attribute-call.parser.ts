import type { Ending, OfferedFunction, ToolEvent, ToolParser } from '../tool/tool-parser.js';
import { nameAttribute } from './attribute-markup.js';
import type { AttributeMarkup, Attributes } from './attribute-markup.js';
import { AttributeMarkupReader } from './attribute-markup.reader.js';
import type { CallVerdict, MarkupListener } from './attribute-markup.reader.js';
import { CallWriter } from './call-writer.js';
import type { CallHeader } from './call-writer.js';
import { ParameterArguments } from './parameter-arguments.js';
import type { CallArguments } from './parameter-arguments.js';

/** How a family writes its calls. */
export interface AttributeCallFormat {
  readonly markup: AttributeMarkup;
  /** The function that a call names; undefined: it names none. By the attribute `name` when absent. */
  readonly nameOf?: (attributes: Attributes, tools: readonly OfferedFunction[]) => string | undefined;
  /** What a call without a name is. */
  readonly nameless: 'dropped' | 'text';
  /** What a call of a function that was not offered is. */
  readonly notOffered: CallVerdict;
  /** Those of `ParameterArguments`, typed by the schema, when absent. */
  readonly createArguments?: (name: string, tools: readonly OfferedFunction[]) => CallArguments;
}

/** Calls in attribute markup, between text. Arguments go out while they are written. */
export class AttributeCallParser implements ToolParser, MarkupListener {
  private readonly reader: AttributeMarkupReader;
  private readonly writer = new CallWriter();
  /** Of the call being read. */
  private arguments: CallArguments | undefined;

  constructor(
    private readonly format: AttributeCallFormat,
    private readonly tools: readonly OfferedFunction[],
  ) {
    this.reader = new AttributeMarkupReader(format.markup, this);
  }

  push(delta: string): ToolEvent[] {
    this.reader.push(delta);
    return this.writer.take();
  }

  finish(ending: Ending): ToolEvent[] {
    this.reader.finish(ending);
    this.writer.finish(ending);
    return this.writer.take();
  }

  /** The message that the text stood in ended, and with it all that is open. Another may follow. */
  close(): ToolEvent[] {
    this.reader.close();
    return this.writer.take();
  }

  text(text: string): void {
    this.writer.text(text);
  }

  beginCall(attributes: Attributes): CallVerdict {
    const { format, tools } = this;
    const name = (format.nameOf ?? nameAttribute)(attributes, tools);
    if (name === undefined) return format.nameless;
    const verdict = this.verdictOn(name);
    if (verdict !== 'call') return verdict;
    this.arguments = format.createArguments?.(name, tools) ?? new ParameterArguments(name, tools);
    this.writer.start({ name });
    return 'call';
  }

  beginParameter(attributes: Attributes): void {
    this.writeArguments(this.arguments?.beginParameter(attributes));
  }

  value(text: string): void {
    this.writeArguments(this.arguments?.write(text));
  }

  endParameter(): void {
    this.writeArguments(this.arguments?.endParameter());
  }

  endCall(): void {
    this.writeArguments(this.arguments?.end());
    this.writer.end();
    this.arguments = undefined;
  }

  beginJsonCall(header: CallHeader): CallVerdict {
    const verdict = this.verdictOn(header.name);
    if (verdict === 'call') this.writer.start(header);
    return verdict;
  }

  jsonArgument(text: string): void {
    this.writer.argument(text);
  }

  /** A request without tools says nothing of what there is. */
  private verdictOn(name: string): CallVerdict {
    const offered = this.tools.length === 0 || this.tools.some((tool) => tool.name === name);
    return offered ? 'call' : this.format.notOffered;
  }

  private writeArguments(json: string | undefined): void {
    if (json) this.writer.argument(json);
  }
}
