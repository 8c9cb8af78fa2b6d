export interface MarkerSplit {
  /** Text in front of the marker, or all text that can be no part of one. */
  readonly before: string;
  readonly marker: string | undefined;
  /** Behind the marker; without one, the tail that may become a marker: to be put in front of the next delta. */
  readonly rest: string;
}

/** Finds the first of some literal markers in text that arrives in pieces. Stateless: the caller keeps `rest`. */
export class MarkerSplitter {
  private readonly pattern: RegExp;

  constructor(private readonly markers: readonly string[]) {
    const longestFirst = [...markers].sort((a, b) => b.length - a.length);
    this.pattern = new RegExp(longestFirst.map(literally).join('|'));
  }

  /** `last`: no text follows, so nothing is held back. */
  split(text: string, last: boolean): MarkerSplit {
    const held = last ? text.length : this.tailStart(text);
    const found = this.pattern.exec(text);
    // A marker that runs into the tail may turn out to be a longer one.
    if (found && found.index < held) {
      const [marker] = found;
      return { before: text.slice(0, found.index), marker, rest: text.slice(found.index + marker.length) };
    }
    return { before: text.slice(0, held), marker: undefined, rest: text.slice(held) };
  }

  /** Where the longest tail starts that is the beginning of a marker, but not all of it. */
  private tailStart(text: string): number {
    const longest = Math.max(...this.markers.map((marker) => marker.length)) - 1;
    for (let start = Math.max(0, text.length - longest); start < text.length; start++) {
      const tail = text.slice(start);
      if (this.markers.some((marker) => marker.length > tail.length && marker.startsWith(tail))) return start;
    }
    return text.length;
  }
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
