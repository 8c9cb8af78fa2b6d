import type { Ending, OfferedFunction, ToolEvent, ToolParser } from '../tool/tool-parser.js';
import { MarkerSplitter } from './marker-splitter.js';
import { TextAroundCalls } from './text-around-calls.js';
import type { TextLayout } from './text-around-calls.js';
import { TypedArgumentsWriter } from './typed-arguments.writer.js';
import type { ValueTyping } from './typed-arguments.writer.js';

/** Longer ones are text: no tool is called like that. */
const MAX_NAME = 256;

interface Tag {
  readonly open: string;
  readonly close: string;
}

/** How a family of models marks a call and its parameters. */
export interface TaggedCallFormat {
  /** Around calls; `required`: there are none outside of it. */
  readonly group?: Tag & { readonly required: boolean };
  readonly call: Tag;
  /** Ends the name; without it the first parameter, or the end of the call, does. */
  readonly nameEnd?: string;
  readonly key: Tag;
  /** No `open`: the value begins where the key ends, and the next key may end it. */
  readonly value: { readonly open?: string; readonly close: string };
  /** One newline at each end of a value is layout. */
  readonly trimsNewlines: boolean;
  /** How values are typed; by the schema when absent. */
  readonly typing?: ValueTyping;
  /** A call of a function that was not offered vanishes (chat-inputs-and-parsers.md §4.1, rule 8). */
  readonly offeredOnly: boolean;
  /** What a call without a name is, and a group without a call. */
  readonly emptyCall: 'dropped' | 'text';
  readonly text: TextLayout;
}

/** The markers of a format, as far as a tokenizer may have them as tokens. */
export function markersOf({ group, call, nameEnd, key, value }: TaggedCallFormat): string[] {
  const all = [group?.open, group?.close, call.open, call.close, nameEnd, key.open, key.close, value.open, value.close];
  return [...new Set(all.filter((marker) => marker !== undefined && marker.length > 1))] as string[];
}

type State = 'text' | 'name' | 'arguments' | 'key' | 'after-key' | 'value';

/**
 * Reads calls whose parameters are tagged, `<call>NAME <key>K</key> <value>V</value> … </call>`, between text (§4.1). Arguments go out while they are
 * written. Where a marker has no meaning it is text. What begins like a call and is none is text again; it is dropped where the output was cut off.
 */
export class TaggedCallParser implements ToolParser {
  private state: State = 'text';
  private buffer = '';
  /** Markup that is text again if no call follows: of a group, of a call without its name. */
  private pending = '';
  private group: 'none' | 'opened' | 'called' = 'none';
  private key = '';
  /** Of the call being read; undefined: the call is dropped. */
  private writer: TypedArgumentsWriter | undefined;
  private calls = 0;
  /** Nothing of the value was read yet. */
  private atValueStart = false;
  /** A newline that is layout if the value ends behind it. */
  private newline = '';
  private events: ToolEvent[] = [];
  private readonly text: TextAroundCalls;
  private readonly markers: Readonly<Record<State | 'group', MarkerSplitter>>;

  constructor(
    private readonly format: TaggedCallFormat,
    private readonly tools: readonly OfferedFunction[],
  ) {
    this.text = new TextAroundCalls(format.text);
    this.markers = splittersOf(format);
  }

  push(delta: string): ToolEvent[] {
    this.events = [];
    this.buffer += delta;
    while (this.step(false));
    return this.events;
  }

  finish({ cutOff }: Ending): ToolEvent[] {
    this.events = [];
    // The beginning of a marker at a cut is no part of the value.
    while (this.step(this.state !== 'value' || !cutOff));
    if (this.state === 'name' && !cutOff) this.finishName();
    if (this.state === 'arguments' || this.state === 'key' || this.state === 'after-key') this.endCall();
    if (this.state === 'text' && this.group === 'opened' && !cutOff) this.say(this.pending);
    this.emitText(this.text.end());
    return this.events;
  }

  /** False when the buffer holds nothing more to decide. */
  private step(last: boolean): boolean {
    if (this.state === 'name') return this.readName(last);
    const { group } = this;
    const markers = this.markers[this.state === 'text' && group !== 'none' ? 'group' : this.state];
    const { before, marker, rest } = markers.split(this.buffer, last);
    const behind = this.buffer.slice(before.length);
    this.buffer = rest;
    if (before !== '') this.readBetween(before);
    if (marker === undefined) return false;
    // Text that shows a group to be none makes text of its other markers, too.
    if (this.group === group) this.readMarker(marker);
    else this.buffer = behind;
    return true;
  }

  /** Text in front of a marker. Between parameters it is layout. */
  private readBetween(text: string): void {
    if (this.state === 'value') this.writeValue(text);
    else if (this.state === 'key') this.key += text;
    else if (this.state === 'text') this.readText(text);
  }

  /** Inside of a group the white space behind a text is held back: what follows says whether it is layout. */
  private readText(text: string): void {
    const solid = this.group === 'none' ? text : text.trimEnd();
    if (solid === '') {
      this.pending += text;
      return;
    }
    const certain = this.group === 'called' ? solid : text;
    this.say(this.pending + certain);
    this.pending = text.slice(certain.length);
    if (this.group === 'opened') this.group = 'none';
  }

  private readMarker(marker: string): void {
    const { group, call, key, value } = this.format;
    if (this.state === 'value') this.emitArguments(this.writer?.endValue());
    switch (marker) {
      case value.close:
        this.state = 'arguments';
        break;
      case value.open:
        this.beginValue();
        break;
      case key.open:
        this.beginKey();
        break;
      case key.close:
        if (value.open === undefined) this.beginValue();
        else this.state = 'after-key';
        break;
      case group?.open:
        this.pending = marker;
        this.group = 'opened';
        break;
      case call.open:
        if (this.state !== 'text') this.endCall();
        this.pending += marker;
        this.state = 'name';
        break;
      case call.close:
        this.endCall();
        break;
      default:
        this.endGroup(marker);
    }
  }

  /** The name is left in the buffer until it is certain: what is none is read again, as text. */
  private readName(last: boolean): boolean {
    // No further than a name can reach: the text behind it may be long, and begin many of them.
    const head = this.buffer.slice(0, 2 * MAX_NAME);
    const { before, marker } = this.markers.name.split(head, last && head === this.buffer);
    const name = before.trim();
    const possible = before.length <= MAX_NAME && !/\s/.test(name);
    if (possible && marker === undefined) return false;
    if (!possible || (name === '' && this.format.emptyCall === 'text')) {
      this.say(this.pending);
      this.pending = '';
      this.state = 'text';
      if (this.group === 'opened') this.group = 'none';
      return true;
    }
    this.buffer = this.buffer.slice(before.length + (marker?.length ?? 0));
    this.beginCall(name);
    if (marker === this.format.call.close) this.endCall();
    else if (marker === this.format.key.open) this.beginKey();
    return true;
  }

  /** The end of the text ends the name, too, where no marker has to. */
  private finishName(): void {
    const name = this.buffer.trim();
    if (this.format.nameEnd === undefined && this.tools.some((tool) => tool.name === name)) this.beginCall(name);
    else this.say(this.pending + this.buffer);
  }

  private beginCall(name: string): void {
    const { offeredOnly, typing } = this.format;
    const offered = !offeredOnly || this.tools.length === 0 || this.tools.some((tool) => tool.name === name);
    this.pending = '';
    this.state = 'arguments';
    if (this.group === 'opened') this.group = 'called';
    this.text.call();
    this.writer = undefined;
    if (name === '' || !offered) return;
    this.writer = new TypedArgumentsWriter(name, this.tools, typing);
    this.events.push({ type: 'tool-call-start', index: this.calls, name });
    this.calls += 1;
  }

  private endCall(): void {
    this.emitArguments(this.writer?.end());
    this.writer = undefined;
    this.state = 'text';
  }

  private endGroup(marker: string): void {
    if (this.state !== 'text') this.endCall();
    if (this.group === 'opened' && this.format.emptyCall === 'text') this.say(this.pending + marker);
    this.pending = '';
    this.group = 'none';
  }

  private beginKey(): void {
    this.key = '';
    this.state = 'key';
  }

  private beginValue(): void {
    this.emitArguments(this.writer?.beginValue(this.key.trim()));
    this.atValueStart = true;
    this.newline = '';
    this.state = 'value';
  }

  private writeValue(text: string): void {
    if (!this.format.trimsNewlines) {
      this.emitArguments(this.writer?.write(text));
      return;
    }
    const begun = this.newline + (this.atValueStart && text.startsWith('\n') ? text.slice(1) : text);
    this.atValueStart = false;
    this.newline = begun.endsWith('\n') ? '\n' : '';
    this.emitArguments(this.writer?.write(begun.slice(0, begun.length - this.newline.length)));
  }

  private emitArguments(delta: string | undefined): void {
    if (delta) this.events.push({ type: 'tool-call-delta', index: this.calls - 1, delta });
  }

  private say(text: string): void {
    this.emitText(this.text.text(text));
  }

  private emitText(text: string): void {
    if (text !== '') this.events.push({ type: 'text-delta', text });
  }
}

/** The markers that mean something in each state. */
function splittersOf(format: TaggedCallFormat): Readonly<Record<State | 'group', MarkerSplitter>> {
  const { group, call, nameEnd, key, value } = format;
  const among = (...markers: (string | undefined)[]) =>
    new MarkerSplitter(markers.filter((marker) => marker !== undefined));
  return {
    text: among(group?.open, group?.required ? undefined : call.open),
    group: among(group?.open, group?.close, call.open),
    name: among(nameEnd, key.open, call.close),
    arguments: among(key.open, call.open, call.close, group?.close),
    key: among(key.close, call.close),
    'after-key': among(value.open, key.open, call.open, call.close),
    value: among(value.close, call.close, value.open === undefined ? key.open : undefined),
  };
}
