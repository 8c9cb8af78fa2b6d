import { CallObjectReader } from './call-object.reader.js';
import type { CallObjectFormat } from './call-object.reader.js';
import type { CallListener, CallReader } from './call.reader.js';

export interface CallListFormat {
  readonly call: CallObjectFormat;
  /** Elements that say no call are passed over; otherwise they make the list none. */
  readonly passesOver: boolean;
  /** One call may stand without a list around it. */
  readonly objectAlone: boolean;
}

/** Reads `[{…}, {…}]`, call objects in a list, in pieces. A list says no call if none of its elements does. */
export class CallListReader implements CallReader {
  state: CallReader['state'] = 'reading';
  started = false;
  pending = '';
  promising = false;
  private insideList = false;
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
    if (element.started) {
      this.started = true;
      this.pending = '';
    } else {
      this.pending += text.slice(0, end);
    }
    this.promising ||= element.promising;
    if (element.state !== 'reading') this.endElement(element.state);
    return end;
  }

  private endElement(state: 'complete' | 'no-call' | 'broken'): void {
    this.element = undefined;
    const goesOn = this.insideList && (state === 'complete' || (state === 'no-call' && this.format.passesOver));
    if (!goesOn) this.state = state;
    else if (this.started) this.pending = '';
  }

  private readPunctuation(character: string): number {
    const { call, objectAlone } = this.format;
    if (character === '{' && (this.insideList || objectAlone)) {
      this.element = new CallObjectReader(call, this.listener);
      return 0;
    }
    if (character === '[' && !this.insideList) this.insideList = true;
    else if (character === ']' && this.insideList) this.state = this.started ? 'complete' : 'no-call';
    else if (!/\s/.test(character) && (character !== ',' || !this.insideList)) {
      this.state = 'broken';
      return 0;
    }
    if (!this.started) this.pending += character;
    return 1;
  }
}
