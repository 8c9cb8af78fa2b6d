/** White space that is tolerated where a tag allows some: what a model writes in real markup, and little enough to be held back. */
const SPACE = '\\s{0,16}';

export interface TagSplit {
  /** Text in front of the tag, or all text that can be no part of one. */
  readonly before: string;
  /** As it was declared. */
  readonly tag: string | undefined;
  /** As it stands in the text. */
  readonly written: string;
  /** Behind the tag; without one, the tail that may become a tag: to be put in front of the next delta. */
  readonly rest: string;
}

/**
 * Finds the first of some tags in text that arrives in pieces. A space in a tag stands for any white space (at most 16 characters), or none:
 * `'<invoke name ='` is found in `<invoke name=`. Of tags that begin at the same place the longest wins. Stateless: the caller keeps `rest`.
 */
export class TagSplitter {
  private readonly tags: readonly string[];
  /** Each tag, or the beginning of one at the end of the text. An empty group marks the end of each tag. */
  private readonly begun: RegExp;
  private readonly whole: RegExp;

  constructor(tags: readonly string[]) {
    this.tags = [...tags].sort((a, b) => b.length - a.length);
    this.begun = new RegExp(this.tags.map((tag) => toUnits(tag).reduceRight(orEndOfText)).join('|'));
    this.whole = new RegExp(this.tags.map((tag) => toUnits(tag).join('')).join('|'));
  }

  /** `last`: no text follows, so nothing is held back. */
  split(text: string, last: boolean): TagSplit {
    const found = this.tags.length === 0 ? null : (last ? this.whole : this.begun).exec(text);
    if (!found) return { before: text, tag: undefined, written: '', rest: '' };
    const before = text.slice(0, found.index);
    const ended = found.findIndex((group, i) => i > 0 && group !== undefined);
    if (ended < 0) return { before, tag: undefined, written: '', rest: text.slice(found.index) };
    const [written] = found;
    return { before, tag: this.tags[ended - 1], written, rest: text.slice(found.index + written.length) };
  }
}

/** One pattern for each character of a tag, an empty group behind the last. */
function toUnits(tag: string): string[] {
  const units = tag.split('').map((unit) => (unit === ' ' ? SPACE : unit.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')));
  return [...units.slice(0, -1), `${units[units.length - 1]}()`];
}

function orEndOfText(rest: string, unit: string): string {
  return `${unit}(?:$|${rest})`;
}
