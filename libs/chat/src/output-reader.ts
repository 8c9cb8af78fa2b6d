import { randomBytes } from 'node:crypto';
import type { Ending, ReasoningEvent, ReasoningParser, ToolEvent, ToolParser } from '@app/output-parsers';
import type { TextDelta } from '@app/text';
import type { ChatDelta, ChatEvent } from './chat-delta.js';
import type { ReasoningTokenCounter } from './reasoning-token-counter.js';

export interface OutputReaderParts {
  /** Undefined: all text is content. */
  readonly reasoning: ReasoningParser | undefined;
  /** Undefined: markup is content. */
  readonly tools: ToolParser | undefined;
  readonly reasoningTokens: ReasoningTokenCounter | undefined;
  readonly includeReasoning: boolean;
  /** Calls after the first are dropped. */
  readonly singleCall: boolean;
  /** A delta without text is one empty event, not none. */
  readonly keepsEmptyDeltas: boolean;
}

/** Reads one sample: text → thought and content → content and calls. Everything but the text passes through. */
export class OutputReader {
  constructor(private readonly parts: OutputReaderParts) {}

  read({ text, ...delta }: TextDelta): ChatDelta {
    const { reasoningTokens } = this.parts;
    reasoningTokens?.add(delta);
    const ending = delta.finishReason && { cutOff: delta.finishReason !== 'stop' };
    return { ...delta, reasoningTokens: reasoningTokens?.count, events: this.toEvents(text, ending) };
  }

  private toEvents(text: string, ending: Ending | undefined): ChatEvent[] {
    const { reasoning, tools, keepsEmptyDeltas } = this.parts;
    const pieces = reasoning?.push(text) ?? asContent(text);
    const events = this.toChatEvents(ending && reasoning ? [...pieces, ...reasoning.finish()] : pieces);
    if (ending && tools) events.push(...this.toCallEvents(tools.finish(ending)));
    if (!keepsEmptyDeltas || text !== '' || events.length > 0) return events;
    return [{ type: reasoning?.reasoning ? 'reasoning-delta' : 'content-delta', text: '' }];
  }

  private toChatEvents(pieces: readonly ReasoningEvent[]): ChatEvent[] {
    const { tools, includeReasoning } = this.parts;
    return pieces.flatMap((piece): ChatEvent[] => {
      if (piece.type === 'reasoning-delta') return includeReasoning ? [piece] : [];
      return tools ? this.toCallEvents(tools.push(piece.text)) : [piece];
    });
  }

  private toCallEvents(events: readonly ToolEvent[]): ChatEvent[] {
    return events.flatMap((event): ChatEvent[] => {
      if (event.type === 'text-delta') return [{ type: 'content-delta', text: event.text }];
      if (event.type === 'reasoning-delta') return this.parts.includeReasoning ? [event] : [];
      if (this.parts.singleCall && event.index > 0) return [];
      return [event.type === 'tool-call-start' ? { ...event, id: createCallId() } : event];
    });
  }
}

function asContent(text: string): ReasoningEvent[] {
  return text === '' ? [] : [{ type: 'content-delta', text }];
}

/** As vLLM's server makes them. */
function createCallId(): string {
  return `chatcmpl-tool-${randomBytes(8).toString('hex')}`;
}
