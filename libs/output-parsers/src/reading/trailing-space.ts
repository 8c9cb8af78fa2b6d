/** Holds back white space until text follows it: what is held at the end is none of the text. */
export class TrailingSpace {
  private held = '';

  /** What is certain now. */
  add(piece: string): string {
    const written = piece.trimEnd();
    if (written === '') {
      this.held += piece;
      return '';
    }
    const text = this.held + written;
    this.held = piece.slice(written.length);
    return text;
  }
}
