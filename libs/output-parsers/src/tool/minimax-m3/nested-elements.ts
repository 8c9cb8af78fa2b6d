/** An element: its text, or the elements in it, in order. */
export interface Element {
  readonly name: string;
  readonly value: string | readonly Element[];
}

const MAX_DEPTH = 128;
/** Text beside elements gets this name, with as many more `$` as it takes to be the only one. */
const TEXT = '$text';

/** Elements whose tags each stand behind a prefix: `P<a>P<b>1P</b>P</a>`. Stops in front of the first that is malformed or has no end. */
export function readElements(text: string, prefix: string): Element[] {
  return new ElementReader(text, prefix).elements();
}

class ElementReader {
  private position = 0;

  constructor(
    private readonly text: string,
    private readonly prefix: string,
  ) {}

  elements(): Element[] {
    const elements: Element[] = [];
    for (;;) {
      this.skipSpace();
      if (!this.text.startsWith(this.prefix, this.position)) return elements;
      const element = this.element(1);
      if (!element) return elements;
      elements.push(element);
    }
  }

  /** The element here; undefined: there is none. */
  private element(depth: number): Element | undefined {
    const name = this.openingTag();
    if (name === undefined || depth > MAX_DEPTH) return undefined;
    const close = `${this.prefix}</${name}>`;
    const children: Element[] = [];
    let text = '';
    for (;;) {
      const tag = this.text.indexOf(this.prefix, this.position);
      if (tag < 0) return undefined;
      text += this.text.slice(this.position, tag);
      this.position = tag;
      if (this.text.startsWith(close, tag)) {
        this.position += close.length;
        return { name, value: toValue(children, text) };
      }
      const child = this.element(depth + 1);
      if (!child) return undefined;
      children.push(child);
    }
  }

  private openingTag(): string | undefined {
    const start = this.position + this.prefix.length;
    const end = this.text.indexOf('>', start);
    const name = this.text.slice(start + 1, end);
    if (this.text[start] !== '<' || end < 0 || name.startsWith('/') || name.trim() === '') return undefined;
    this.position = end + 1;
    return name;
  }

  private skipSpace(): void {
    while (/\s/.test(this.text.charAt(this.position))) this.position += 1;
  }
}

function toValue(children: readonly Element[], text: string): Element['value'] {
  if (children.length === 0) return text;
  if (text.trim() === '') return children;
  const names = new Set(children.map(({ name }) => name));
  let name = TEXT;
  while (names.has(name)) name = `$${name}`;
  return [...children, { name, value: text }];
}
