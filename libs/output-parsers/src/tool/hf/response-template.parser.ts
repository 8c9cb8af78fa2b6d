import { RegionReader } from '../../reading/response-template/region.reader.js';
import type { RegionEvent } from '../../reading/response-template/region.reader.js';
import type { ResponseTemplate, TemplateField } from '../../reading/response-template/response-template.js';
import type { Ending, OfferedFunction, ToolEvent, ToolParser } from '../tool-parser.js';

/** A region of calls that is open. */
interface OpenCalls {
  readonly field: TemplateField;
  readonly marker: string;
  readonly captures: Readonly<Record<string, string>>;
  readonly pieces: string[];
}

/** Reads calls where a template says that they stand. What is no call inside of their marks is dropped; without an end it is text, unless it was cut off. */
export class ResponseTemplateToolParser implements ToolParser {
  private readonly regions: RegionReader;
  private open: OpenCalls | undefined;
  private calls = 0;

  constructor(
    template: ResponseTemplate,
    private readonly tools: readonly OfferedFunction[],
  ) {
    this.regions = new RegionReader(template);
  }

  push(delta: string): ToolEvent[] {
    return this.regions.push(delta).flatMap((event) => this.toEvents(event));
  }

  finish({ cutOff }: Ending): ToolEvent[] {
    const events = this.regions.finish().flatMap((event) => this.toEvents(event));
    if (!this.open) return events;
    const { marker, pieces } = this.open;
    const calls = this.endCalls(cutOff);
    if (calls) return [...events, ...calls];
    return cutOff ? events : [...events, { type: 'text-delta', text: marker + pieces.join('') }];
  }

  private toEvents(event: RegionEvent): ToolEvent[] {
    const { field } = event;
    if (field?.content === undefined)
      return event.type === 'text' && field ? [{ type: 'text-delta', text: event.text }] : [];
    switch (event.type) {
      case 'open':
        this.open = { ...event, pieces: [] };
        return [];
      case 'text':
        this.open ??= { field, marker: '', captures: {}, pieces: [] };
        this.open.pieces.push(event.text);
        return [];
      case 'close':
        return this.endCalls(false) ?? [];
    }
  }

  /** Undefined: the region holds no calls. `cutOff`: half a call must not look complete. */
  private endCalls(cutOff: boolean): ToolEvent[] | undefined {
    const { open } = this;
    this.open = undefined;
    const calls = open?.field.content?.toCalls(open.pieces.join(''), open.captures, this.tools);
    return calls?.flatMap(({ name, arguments: json, unfinished }): ToolEvent[] => {
      const index = this.calls++;
      const delta = cutOff && unfinished && json.endsWith('}') ? json.slice(0, -1) : json;
      return [
        { type: 'tool-call-start', index, name },
        { type: 'tool-call-delta', index, delta },
      ];
    });
  }
}
