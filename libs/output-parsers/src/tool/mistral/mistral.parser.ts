import { CallWriter } from '../../reading/call-writer.js';
import { CallListReader } from '../../reading/json/call-list.reader.js';
import type { CallListFormat } from '../../reading/json/call-list.reader.js';
import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { JsonValueEnd } from '../../reading/json/json-value-end.js';
import { MarkerSplitter } from '../../reading/marker-splitter.js';
import type { Ending, ToolEvent, ToolParser, ToolParserDefinition } from '../tool-parser.js';

const CALL = '[TOOL_CALLS]';
const ARGUMENTS = '[ARGS]';
const calls = new MarkerSplitter([CALL]);
const nameEnds = new MarkerSplitter([CALL, ARGUMENTS, '{']);

/** In UTF-16 units; what is longer is no name. */
const MAX_NAME = 256;
/** A word, and perhaps the white space behind it. */
const NAME = /^\S+\s*$/;

const listFormat: CallListFormat = {
  call: { ...NAME_AND_ARGUMENTS, argumentsRequired: false, stringArguments: 'unwrapped', nullArguments: 'none' },
  strays: 'dropped',
  objectAlone: true,
};

type Mode = 'text' | 'call' | 'name' | 'arguments-due' | 'arguments' | 'list';

/**
 * `[TOOL_CALLS]NAME{…}` or `[TOOL_CALLS]NAME[ARGS]{…}`, repeated; tokenizers older than v11 write `[TOOL_CALLS] [{"name": …, "arguments": …}]`. What stands
 * behind the marker tells which. Nothing marks the end of arguments but their brackets.
 */
class MistralParser implements ToolParser {
  private mode: Mode = 'text';
  private buffer = '';
  /** A call that has begun, marker and all: text, if it turns out to be none. */
  private pending = '';
  private name = '';
  private value: JsonValueEnd | undefined;
  private list: CallListReader | undefined;
  private readonly writer = new CallWriter();

  push(delta: string): ToolEvent[] {
    this.buffer += delta;
    while (this.buffer !== '' && this.step());
    return this.writer.take();
  }

  finish(ending: Ending): ToolEvent[] {
    switch (this.mode) {
      case 'arguments':
        this.writer.argument(this.buffer);
        break;
      case 'arguments-due':
        this.writer.start({ name: this.name });
        break;
      case 'text':
        this.writer.text(this.buffer);
        break;
      case 'call':
      case 'name':
      case 'list':
        if (!ending.cutOff) this.undo((this.list?.pending ?? '') + this.buffer);
    }
    this.writer.finish(ending);
    return this.writer.take();
  }

  /** False when the buffer holds nothing more to decide. */
  private step(): boolean {
    switch (this.mode) {
      case 'text':
        return this.readText();
      case 'call':
        return this.readForm();
      case 'name':
        return this.readName();
      case 'arguments-due':
        return this.beginArguments();
      case 'arguments':
        return this.value ? this.readArguments(this.value) : false;
      case 'list':
        return this.list ? this.readList(this.list) : false;
    }
  }

  private readText(): boolean {
    const { before, marker, rest } = calls.split(this.buffer, false);
    this.writer.text(before);
    this.buffer = rest;
    if (marker !== undefined) this.beginCall();
    return marker !== undefined;
  }

  private beginCall(): void {
    this.pending = CALL;
    this.name = '';
    this.list = undefined;
    this.mode = 'call';
  }

  /** Markers in a row count as one. */
  private readForm(): boolean {
    this.skipSpace();
    if (this.buffer.startsWith(CALL)) {
      this.buffer = this.buffer.slice(CALL.length);
      this.beginCall();
      return true;
    }
    if (CALL.startsWith(this.buffer)) return false;
    const isList = this.buffer.startsWith('[') || this.buffer.startsWith('{');
    this.list = isList ? new CallListReader(listFormat, this.writer) : undefined;
    this.mode = isList ? 'list' : 'name';
    return true;
  }

  private readName(): boolean {
    const { before, marker, rest } = nameEnds.split(this.buffer, false);
    this.buffer = marker === '{' ? this.buffer.slice(before.length) : rest;
    this.name += before;
    this.pending += before;
    if (this.name.length > MAX_NAME || !NAME.test(this.name) || marker === CALL) {
      this.undo(marker === ARGUMENTS ? marker : '');
      if (marker === CALL) this.beginCall();
      return true;
    }
    if (marker === undefined) return false;
    this.name = this.name.trimEnd();
    if (marker === ARGUMENTS) this.pending += marker;
    this.mode = 'arguments-due';
    return true;
  }

  private beginArguments(): boolean {
    this.skipSpace();
    if (this.buffer === '') return false;
    this.value = new JsonValueEnd(this.buffer[0]);
    if (!this.value.possible) {
      this.undo('');
      return true;
    }
    this.writer.start({ name: this.name });
    this.mode = 'arguments';
    return true;
  }

  /** The next call ends arguments that lack brackets, but a marker that they quote is part of them. */
  private readArguments(value: JsonValueEnd): boolean {
    const { before, marker, rest } = calls.split(this.buffer, false);
    const end = value.find(before, 0);
    this.writer.argument(before.slice(0, end));
    this.buffer = end === undefined ? rest : this.buffer.slice(end);
    if (end !== undefined) {
      this.writer.end();
      this.mode = 'text';
    } else if (marker !== undefined && value.insideString) {
      value.find(marker, 0);
      this.writer.argument(marker);
    } else if (marker !== undefined) {
      this.beginCall();
    }
    return end !== undefined || marker !== undefined;
  }

  private readList(list: CallListReader): boolean {
    this.buffer = this.buffer.slice(list.read(this.buffer));
    if (list.started) this.pending = '';
    if (list.state === 'reading') return false;
    if (list.state === 'complete') this.mode = 'text';
    else this.undo(list.pending);
    return true;
  }

  private skipSpace(): void {
    const text = this.buffer.trimStart();
    this.pending += this.buffer.slice(0, this.buffer.length - text.length);
    this.buffer = text;
  }

  /** What has begun is no call but text. */
  private undo(text: string): void {
    this.writer.text(this.pending + text);
    this.pending = '';
    this.mode = 'text';
  }
}

/** Mistral's models (chat-inputs-and-parsers.md §4.1). */
export const mistral: ToolParserDefinition = {
  name: 'mistral',
  models: [/(mistral|ministral|mixtral|magistral|devstral|codestral|pixtral)/i],
  specialTokens: 'kept',
  markers: () => [CALL, ARGUMENTS],
  requiredTokens: () => [CALL],
  readsWithoutTools: true,
  forcedCalls: 'own-format',
  callIds: 'alphanumeric',
  create: () => new MistralParser(),
};
