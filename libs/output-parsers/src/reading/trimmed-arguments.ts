import type { OfferedFunction } from '../tool/tool-parser.js';
import { nameAttribute } from './attribute-markup.js';
import type { Attributes } from './attribute-markup.js';
import type { CallArguments } from './parameter-arguments.js';
import { TypedArgumentsWriter } from './typed-arguments.writer.js';
import type { ValueTyping } from './typed-arguments.writer.js';

export interface TrimmedReading {
  readonly typing: ValueTyping;
  /** A value that is this word, in any case, is no value: it is null, whatever the schema says. */
  readonly nullWord?: string;
}

/** As `ParameterArguments`, but white space at both ends of a value is layout. */
export class TrimmedArguments implements CallArguments {
  private readonly writer: TypedArgumentsWriter;
  private readonly nullWord: string;
  private name: string | undefined;
  /** Text has been written of the value begun last. */
  private begun = false;
  /** White space that is layout if nothing follows, or what may become the null word. */
  private held = '';

  /** `name`: of the called function. */
  constructor(name: string, tools: readonly OfferedFunction[], { typing, nullWord = '' }: TrimmedReading) {
    this.writer = new TypedArgumentsWriter(name, tools, typing);
    this.nullWord = nullWord;
  }

  beginParameter(attributes: Attributes): string {
    this.name = nameAttribute(attributes);
    this.begun = false;
    this.held = '';
    return '';
  }

  write(piece: string): string {
    if (piece.trim() === '') {
      if (this.begun || this.held !== '') this.held += piece;
      return '';
    }
    const text = this.begun || this.held !== '' ? this.held + piece : piece.trimStart();
    this.held = text;
    if (this.name === undefined || (!this.begun && this.mayBeNull(text))) return '';
    const solid = text.trimEnd();
    this.held = text.slice(solid.length);
    return this.begin(this.name) + this.writer.write(solid);
  }

  endParameter(): string {
    if (this.name === undefined) return '';
    if (this.begun) return this.writer.endValue();
    const text = this.held.trimEnd();
    if (text !== '' && text.toLowerCase() === this.nullWord) return this.writer.member(this.name, 'null');
    return this.begin(this.name) + this.writer.write(text) + this.writer.endValue();
  }

  end(): string {
    return this.writer.end();
  }

  private begin(name: string): string {
    if (this.begun) return '';
    this.begun = true;
    return this.writer.beginValue(name);
  }

  /** As far as it is written. */
  private mayBeNull(text: string): boolean {
    return this.nullWord.startsWith(text.trimEnd().toLowerCase());
  }
}
