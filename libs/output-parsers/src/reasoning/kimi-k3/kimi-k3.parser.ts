import { TagSplitter } from '../../reading/tag-splitter.js';
import { kimiK3Markers, MESSAGE_CLOSE, RESPONSE, THINK, TOOLS } from '../../tool/kimi-k3/kimi-k3.tags.js';
import type {
  AnswerStart,
  ReasoningEvent,
  ReasoningParser,
  ReasoningParserDefinition,
  ReasoningPrompt,
  ReasoningReading,
} from '../reasoning-parser.js';

type Channel = 'think' | 'content' | 'tools';

const thoughtTags = new TagSplitter([THINK.open, THINK.close]);
/** Until a thought was opened, the other channels end what was taken for one. */
const unopenedThoughtTags = new TagSplitter([THINK.open, THINK.close, RESPONSE.open, TOOLS.open]);
const toolTags = new TagSplitter([TOOLS.close]);
const contentTags = [RESPONSE.open, RESPONSE.close, MESSAGE_CLOSE, TOOLS.open];
const contentAndThoughtTags = new TagSplitter([...contentTags, THINK.open]);
const contentTagsAlone = new TagSplitter(contentTags);

/** `<|open|>think<|sep|>…<|close|>think<|sep|><|open|>response<|sep|>…`: without a tool parser the response loses its tags, and calls stay as they are. */
class KimiK3ReasoningParser implements ReasoningParser {
  private buffer = '';
  private channel: Channel;
  private opened = false;
  private readonly framed: boolean;
  private readonly thinks: boolean;
  private events: ReasoningEvent[] = [];

  constructor({ start, framed, templateKwargs }: ReasoningReading) {
    this.channel = start === 'thought' ? 'think' : 'content';
    this.framed = framed;
    this.thinks = isThinking(templateKwargs);
  }

  get reasoning(): boolean {
    return this.channel === 'think';
  }

  push(delta: string): ReasoningEvent[] {
    return this.read(delta, false);
  }

  finish(): ReasoningEvent[] {
    return this.read('', true);
  }

  private read(delta: string, last: boolean): ReasoningEvent[] {
    this.events = [];
    this.buffer += delta;
    while (this.step(last));
    return this.events;
  }

  private step(last: boolean): boolean {
    const { before, tag, written, rest } = this.tags.split(this.buffer, last);
    this.add(before);
    this.buffer = rest;
    if (tag !== undefined) this.enter(tag, written);
    return tag !== undefined;
  }

  private get tags(): TagSplitter {
    if (this.channel === 'tools') return toolTags;
    if (this.channel === 'content') return this.thinks ? contentAndThoughtTags : contentTagsAlone;
    return this.opened ? thoughtTags : unopenedThoughtTags;
  }

  private enter(tag: string, written: string): void {
    switch (tag) {
      case THINK.open:
        this.channel = 'think';
        this.opened = true;
        return;
      case THINK.close:
        this.channel = 'content';
        return;
      case TOOLS.open:
        this.channel = 'tools';
        this.add(written);
        return;
      case TOOLS.close:
        this.add(written);
        this.channel = 'content';
        return;
      default:
        this.channel = 'content';
        if (this.framed) this.add(written);
    }
  }

  private add(text: string): void {
    if (text !== '') this.events.push({ type: this.reasoning ? 'reasoning-delta' : 'content-delta', text });
  }
}

function startAfter({ text, templateKwargs }: ReasoningPrompt): AnswerStart {
  if (!isThinking(templateKwargs)) return 'content';
  const [opened, closed] = [THINK.open, THINK.close].map((tag) => text.lastIndexOf(tag.replaceAll(' ', '')));
  return closed > opened ? 'content' : 'thought';
}

function isThinking({ thinking, enable_thinking }: Readonly<Record<string, unknown>>): boolean {
  return Boolean(thinking ?? enable_thinking ?? true);
}

/** Moonshot's Kimi K3 (chat-inputs-and-parsers.md §5): thinks unless `thinking`, or else `enable_thinking`, says no. */
export const kimiK3: ReasoningParserDefinition = {
  name: 'kimi_k3',
  models: [/kimi[-_]?k3/i],
  specialTokens: 'kept',
  markers: () => kimiK3Markers,
  requiredTokens: () => [],
  keepsEmptyDeltas: false,
  startMarkers: [],
  endMarkers: [],
  startAfter,
  create: (reading) => new KimiK3ReasoningParser(reading),
};
