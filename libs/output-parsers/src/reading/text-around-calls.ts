/**
 * Which of the text around calls is said. `trimmed`: white space in front of the first call, behind the last one and between calls is layout; between
 * texts it stays, so that they do not run together. `kept`: all of it is said.
 */
export type TextLayout = 'trimmed' | 'kept';

/** Tells the text of an answer from the layout of its calls (chat-inputs-and-parsers.md §4.1, rule 5). Every method gives the text that is certain now. */
export class TextAroundCalls {
  /** White space whose fate the next text or call decides. */
  private blank = '';
  private said = false;
  private called = false;

  constructor(private readonly layout: TextLayout) {}

  text(text: string): string {
    if (this.layout === 'kept') return text;
    const solid = text.trimEnd();
    if (solid === '') {
      this.blank += text;
      return '';
    }
    const certain = this.called && !this.said ? solid.trimStart() : this.blank + solid;
    this.blank = text.slice(solid.length);
    this.said = true;
    return certain;
  }

  /** A call begins here. */
  call(): void {
    this.called = true;
    if (!this.said) this.blank = '';
  }

  end(): string {
    return this.called ? '' : this.blank;
  }
}
