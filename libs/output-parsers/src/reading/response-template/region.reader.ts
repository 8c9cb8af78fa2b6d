import { PatternScanner } from '../linear-pattern/pattern.scanner.js';
import type { PatternProgram } from '../linear-pattern/pattern.program.js';
import type { PatternMatch } from '../linear-pattern/pattern.scanner.js';
import type { ResponseTemplate, TemplateField } from './response-template.js';

export type RegionEvent =
  /** `field`: undefined where the text stands in none. */
  | { readonly type: 'text'; readonly field: TemplateField | undefined; readonly text: string }
  | {
      readonly type: 'open';
      readonly field: TemplateField;
      readonly marker: string;
      /** Named groups of its pattern. */
      readonly captures: Readonly<Record<string, string>>;
    }
  | { readonly type: 'close'; readonly field: TemplateField; readonly marker: string };

/** Tells the regions of an answer apart by a model's own template. */
export class RegionReader {
  /** Text that is not told yet; it begins at `offset`. */
  private buffer = '';
  private offset = 0;
  private opened: TemplateField | undefined;
  private scanner: PatternScanner | undefined;
  private events: RegionEvent[] = [];

  /** `opened`: the region that the text begins in. */
  constructor(
    private readonly template: ResponseTemplate,
    opened?: TemplateField,
  ) {
    this.opened = opened;
    this.restart();
  }

  /** The region that an opener began. */
  get region(): TemplateField | undefined {
    return this.opened;
  }

  push(text: string): RegionEvent[] {
    return this.read(text, false);
  }

  finish(): RegionEvent[] {
    return this.read('', true);
  }

  private read(text: string, last: boolean): RegionEvent[] {
    this.events = [];
    this.buffer += text;
    for (let match = this.scan(last); match; match = this.scan(last)) this.cross(match);
    const certain = last || !this.scanner ? this.buffer.length : this.scanner.certain - this.offset;
    this.tell(certain);
    return this.events;
  }

  /** The next boundary. */
  private scan(last: boolean): PatternMatch | undefined {
    const { scanner, buffer, offset } = this;
    const match = scanner?.read(buffer, scanner.end - offset);
    return match ?? (last ? scanner?.finish() : undefined);
  }

  private cross({ option, start, end, groups }: PatternMatch): void {
    this.tell(start - this.offset);
    const marker = this.buffer.slice(0, end - start);
    const captures = Object.fromEntries(
      Object.entries(groups).map(([name, [from, to]]) => [name, this.buffer.slice(from - start, to - start)]),
    );
    this.buffer = this.buffer.slice(marker.length);
    this.offset = end;
    const field = this.opened ?? this.template.boundaries[option].field;
    const opens = !this.opened && this.template.boundaries[option].opens;
    this.opened = opens ? field : undefined;
    this.events.push(opens ? { type: 'open', field, marker, captures } : { type: 'close', field, marker });
    this.restart();
  }

  /** Tells so much of the buffer. */
  private tell(length: number): void {
    if (length === 0) return;
    this.events.push({
      type: 'text',
      field: this.opened ?? this.template.implicit,
      text: this.buffer.slice(0, length),
    });
    this.buffer = this.buffer.slice(length);
    this.offset += length;
  }

  private restart(): void {
    const program: PatternProgram | undefined = this.opened ? this.opened.closes : this.template.opens;
    this.scanner = program && new PatternScanner(program, this.offset);
  }
}
