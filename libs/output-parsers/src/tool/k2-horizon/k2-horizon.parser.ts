import { InvalidRequestError } from '@app/errors';
import { MarkerSplitter } from '../../reading/marker-splitter.js';
import type {
  Ending,
  OfferedFunction,
  ToolEvent,
  ToolParser,
  ToolParserDefinition,
  ToolReading,
} from '../tool-parser.js';
import { CALL_CLOSE, CALL_OPEN, HORIZON_FORMATS, readHorizonCalls } from './k2-horizon.calls.js';
import type { HorizonFormat } from './k2-horizon.calls.js';

const GROUP_OPEN = '<ifm|tool_calls>';
const GROUP_CLOSE = '</ifm|tool_calls>';
const openers = new MarkerSplitter([GROUP_OPEN]);
const closers = new MarkerSplitter([GROUP_CLOSE]);

/**
 * `<ifm|tool_calls><ifm|tool_call>…</ifm|tool_call></ifm|tool_calls>`, once, between text. Any mistake in the group makes all of it text, so that nothing
 * goes out before the group ends; of a group that was cut off the complete calls are done.
 */
class HorizonParser implements ToolParser {
  private state: 'text' | 'group' | 'after' = 'text';
  private buffer = '';
  private group = '';
  /** The group begins with a call. */
  private begun = false;
  private events: ToolEvent[] = [];

  constructor(
    private readonly format: HorizonFormat,
    private readonly tools: readonly OfferedFunction[],
  ) {}

  push(delta: string): ToolEvent[] {
    this.events = [];
    this.buffer += delta;
    while (this.step(false));
    return this.events;
  }

  finish({ cutOff }: Ending): ToolEvent[] {
    this.events = [];
    while (this.step(true));
    if (this.state !== 'group') return this.events;
    const complete = this.group.slice(0, this.group.lastIndexOf(CALL_CLOSE) + CALL_CLOSE.length);
    if (!cutOff || (this.group.includes(CALL_CLOSE) && !this.emitCalls(complete)))
      this.emitText(GROUP_OPEN + this.group);
    return this.events;
  }

  /** False when the buffer holds nothing more to decide. */
  private step(last: boolean): boolean {
    const { before, marker, rest } = this.split(last);
    this.buffer = rest;
    if (this.state === 'group') this.readGroup(before, marker);
    else this.emitText(before);
    if (this.state === 'text' && marker === GROUP_OPEN) this.state = 'group';
    return marker !== undefined;
  }

  private split(last: boolean): { before: string; marker: string | undefined; rest: string } {
    if (this.state === 'after') return { before: this.buffer, marker: undefined, rest: '' };
    return (this.state === 'group' ? closers : openers).split(this.buffer, last);
  }

  private readGroup(text: string, marker: string | undefined): void {
    this.group += text;
    if (marker !== undefined) {
      this.state = 'after';
      if (!this.emitCalls(this.group)) this.emitText(GROUP_OPEN + this.group + GROUP_CLOSE);
      return;
    }
    if (this.begun) return;
    const head = this.group.trimStart();
    this.begun = head.startsWith(CALL_OPEN);
    if (this.begun || CALL_OPEN.startsWith(head)) return;
    this.state = 'after';
    this.emitText(GROUP_OPEN + this.group);
  }

  /** False, and nothing is emitted, when the text is no calls. */
  private emitCalls(text: string): boolean {
    const calls = readHorizonCalls(text, this.format, this.tools);
    for (const [index, { name, arguments: delta }] of (calls ?? []).entries()) {
      this.events.push({ type: 'tool-call-start', index, name }, { type: 'tool-call-delta', index, delta });
    }
    return calls !== undefined;
  }

  private emitText(text: string): void {
    if (text !== '') this.events.push({ type: 'text-delta', text });
  }
}

/** LLM360's K2 Horizon, whose chat template can ask for three formats (chat-inputs-and-parsers.md §4.2). */
export const k2Horizon: ToolParserDefinition = {
  name: 'k2_horizon',
  models: [/k2-?horizon/i],
  specialTokens: 'as-requested',
  markers: () => [GROUP_OPEN, GROUP_CLOSE, ...['tool_call', 'arg_key', 'arg_type', 'arg_value'].flatMap(toTags)],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'own-format',
  create: (reading) => new HorizonParser(formatOf(reading), reading.tools),
};

function toTags(name: string): string[] {
  return [`<ifm|${name}>`, `</ifm|${name}>`];
}

function formatOf({ templateKwargs: { tool_call_format: wanted = 'xml' } }: ToolReading): HorizonFormat {
  const format = HORIZON_FORMATS.find((known) => known === wanted);
  if (format) return format;
  const shown = typeof wanted === 'string' ? `'${wanted}'` : JSON.stringify(wanted);
  throw new InvalidRequestError(
    `Unsupported tool_call_format ${shown}. Supported values: ${HORIZON_FORMATS.join(', ')}.`,
    { param: 'chat_template_kwargs' },
  );
}
