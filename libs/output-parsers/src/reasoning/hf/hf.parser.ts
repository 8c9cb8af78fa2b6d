import { RegionReader } from '../../reading/response-template/region.reader.js';
import type { RegionEvent } from '../../reading/response-template/region.reader.js';
import { mustLoadResponseTemplate } from '../../reading/response-template/response-template.js';
import type { FieldName, ResponseTemplate, TemplateField } from '../../reading/response-template/response-template.js';
import { findMatches } from '../../reading/linear-pattern/find-matches.js';
import type {
  AnswerStart,
  ReasoningEvent,
  ReasoningParser,
  ReasoningParserDefinition,
  ReasoningPrompt,
} from '../reasoning-parser.js';

/** Thoughts as the `response_template` of the tokenizer's configuration marks them (chat-inputs-and-parsers.md §5). */
export const hf: ReasoningParserDefinition = {
  name: 'hf',
  models: [],
  onlyWith: ['hf', 'beam'],
  specialTokens: 'kept',
  markers: ({ responseTemplate }) =>
    mustLoadResponseTemplate(responseTemplate).fields.flatMap(({ literals }) => literals),
  requiredTokens: ({ responseTemplate }) => {
    return fieldOf(mustLoadResponseTemplate(responseTemplate), 'thinking') ? [] : ['response_template.fields.thinking'];
  },
  keepsEmptyDeltas: false,
  startMarkers: [],
  endMarkers: [],
  startAfter,
  create: ({ start, model, framed }) =>
    new ResponseTemplateReasoningParser(mustLoadResponseTemplate(model.responseTemplate), start, framed),
};

export const beam: ReasoningParserDefinition = { ...hf, name: 'beam' };

/** The prompt's last turn is read like the beginning of the answer. */
function startAfter({ text, templateKwargs, model }: ReasoningPrompt): AnswerStart {
  const template = mustLoadResponseTemplate(model.responseTemplate);
  const thinking = fieldOf(template, 'thinking');
  if (!thinking) return 'content';
  const reader = new RegionReader(template);
  const events = [...reader.push(afterLastAnchor(template, text)), ...reader.finish()];
  if (reader.region === thinking) return 'thought';
  const ended = events.some(({ type, field }) => type === 'close' && field === thinking);
  const said = reader.region ?? (events.at(-1)?.type === 'text' ? template.implicit : undefined);
  if (!thinking.repeats && (ended || said)) return 'content';
  const { enable_thinking: enabled = true } = templateKwargs;
  return enabled ? 'undecided' : 'content';
}

function afterLastAnchor(template: ResponseTemplate, prompt: string): string {
  let start = 0;
  for (const { end } of findMatches(template.anchor, prompt)) start = end;
  return prompt.slice(start);
}

function fieldOf({ fields }: ResponseTemplate, name: FieldName): TemplateField | undefined {
  return fields.find((field) => field.name === name);
}

class ResponseTemplateReasoningParser implements ReasoningParser {
  private readonly regions: RegionReader;

  constructor(
    template: ResponseTemplate,
    /** What the prompt began, until the answer crosses its first mark. */
    private start: AnswerStart,
    private readonly framed: boolean,
  ) {
    const thinking = fieldOf(template, 'thinking');
    this.regions = new RegionReader(template, start === 'thought' ? thinking : undefined);
  }

  get reasoning(): boolean {
    return this.regions.region?.name === 'thinking';
  }

  push(delta: string): ReasoningEvent[] {
    return this.regions.push(delta).flatMap((event) => this.tell(event));
  }

  finish(): ReasoningEvent[] {
    return this.regions.finish().flatMap((event) => this.tell(event));
  }

  private tell(event: RegionEvent): ReasoningEvent[] {
    const text = event.type === 'text' ? event.text : event.marker;
    if (event.field?.name === 'thinking') return event.type === 'text' ? [{ type: 'reasoning-delta', text }] : [];
    const isContent = event.type === 'text' && (event.field !== undefined || this.start === 'content');
    if (event.type !== 'text') this.start = 'undecided';
    const isTold = this.framed || isContent || event.field?.name === 'tool_calls';
    return isTold ? [{ type: 'content-delta', text }] : [];
  }
}
