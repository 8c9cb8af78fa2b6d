import type { CallIdStyle, Ending, ReasoningEvent, ReasoningParser, ToolEvent, ToolParser } from '@app/output-parsers';
import type { TextDelta } from '@app/text';
import { createCallId } from './call-ids.js';
import type { ChatDelta, ChatEvent } from './chat-delta.js';
import type { ReasoningTokenCounter } from './reasoning-token-counter.js';

export interface OutputReaderParts {
  /** Undefined: all text is content. */
  readonly reasoning: ReasoningParser | undefined;
  /** Undefined: markup is content. */
  readonly tools: ToolParser | undefined;
  /** False: calls are read, and dropped. */
  readonly tellsCalls: boolean;
  /** Of calls to which the model gave no id. */
  readonly callIds: CallIdStyle;
  /** Calls in the conversation before this answer. */
  readonly priorCalls: number;
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
    const { includeReasoning, tellsCalls, singleCall, callIds, priorCalls } = this.parts;
    return events.flatMap((event): ChatEvent[] => {
      if (event.type === 'text-delta') return [{ type: 'content-delta', text: event.text }];
      if (event.type === 'reasoning-delta') return includeReasoning ? [event] : [];
      if (!tellsCalls || (singleCall && event.index > 0)) return [];
      if (event.type === 'tool-call-delta') return [event];
      return [{ ...event, id: event.id ?? createCallId(callIds, { ...event, priorCalls }) }];
    });
  }
}

function asContent(text: string): ReasoningEvent[] {
  return text === '' ? [] : [{ type: 'content-delta', text }];
}
