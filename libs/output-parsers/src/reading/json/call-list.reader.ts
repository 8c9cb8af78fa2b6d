import { CallObjectReader } from './call-object.reader.js';
import type { CallObjectFormat } from './call-object.reader.js';
import type { CallListener, CallReader } from './call.reader.js';

export interface CallListFormat {
  readonly call: CallObjectFormat;
  /** What objects that say no call make of the list: none, a list of the others if there are any, a list of the others. */
  readonly strays: 'refused' | 'passed-over' | 'dropped';
  /** One call may stand without a list around it. */
  readonly objectAlone: boolean;
}

/** Reads `[{…}, {…}]`, call objects in a list, in pieces. The empty list is complete, without a call. */
export class CallListReader implements CallReader {
  state: CallReader['state'] = 'reading';
  started = false;
  pending = '';
  promising = false;
  private insideList = false;
  /** An element was passed over. */
  private hasStrays = false;
  private element: CallObjectReader | undefined;

  constructor(
    private readonly format: CallListFormat,
    private readonly listener: CallListener,
  ) {}

  read(text: string): number {
    let i = 0;
    while (i < text.length && this.state === 'reading') {
      if (this.element) i += this.readElement(this.element, i === 0 ? text : text.slice(i));
      else i += this.readPunctuation(text[i]);
    }
    return i;
  }

  private readElement(element: CallObjectReader, text: string): number {
    const end = element.read(text);
    this.started ||= element.started;
    this.promising ||= element.promising;
    this.pending = element.started ? '' : this.pending + text.slice(0, end);
    if (element.state !== 'reading') this.endElement(element.state);
    return end;
  }

  private endElement(state: 'complete' | 'no-call' | 'broken'): void {
    const { strays } = this.format;
    const isStray = state === 'no-call' && strays !== 'refused';
    this.element = undefined;
    this.hasStrays ||= isStray && strays === 'passed-over';
    if (isStray && (this.started || strays === 'dropped')) this.pending = '';
    if (!this.insideList || (state !== 'complete' && !isStray)) this.state = state;
  }

  private readPunctuation(character: string): number {
    const { call, objectAlone } = this.format;
    if (character === '{' && (this.insideList || objectAlone)) {
      this.element = new CallObjectReader(call, this.listener);
      return 0;
    }
    if (character === '[' && !this.insideList) this.insideList = true;
    else if (character === ']' && this.insideList)
      this.state = this.started || !this.hasStrays ? 'complete' : 'no-call';
    else if (!/\s/.test(character) && (character !== ',' || !this.insideList)) {
      this.state = 'no-call';
      return 0;
    }
    if (!this.started) this.pending += character;
    return 1;
  }
}
