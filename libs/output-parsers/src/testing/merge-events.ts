import type { ReasoningEvent } from '../reasoning/reasoning-parser.js';
import type { ReasoningParser } from '../reasoning/reasoning-parser.js';
import type { Ending, ToolEvent, ToolParser } from '../tool/tool-parser.js';
import type { FixtureResult } from './parser-fixtures.js';

/** Neighbours that say more of the same become one event. */
export function mergeToolEvents(events: readonly ToolEvent[]): ToolEvent[] {
  const merged: ToolEvent[] = [];
  for (const event of events) {
    const last = merged.at(-1);
    if (last && 'text' in last && 'text' in event && last.type === event.type) {
      merged[merged.length - 1] = { ...event, text: last.text + event.text };
    } else if (last?.type === 'tool-call-delta' && event.type === 'tool-call-delta' && last.index === event.index) {
      merged[merged.length - 1] = { ...event, delta: last.delta + event.delta };
    } else merged.push(event);
  }
  return merged;
}

export function mergeReasoningEvents(events: readonly ReasoningEvent[]): ReasoningEvent[] {
  const merged: ReasoningEvent[] = [];
  for (const event of events) {
    const last = merged.at(-1);
    if (last?.type === event.type) merged[merged.length - 1] = { ...event, text: last.text + event.text };
    else merged.push(event);
  }
  return merged;
}

/** All a tool parser says of these deltas. */
export function readTools(parser: ToolParser, deltas: readonly string[], ending: Ending): ToolEvent[] {
  return mergeToolEvents([...deltas.flatMap((delta) => parser.push(delta)), ...parser.finish(ending)]);
}

/** All a reasoning parser says of these deltas. */
export function readReasoning(parser: ReasoningParser, deltas: readonly string[]): ReasoningEvent[] {
  return mergeReasoningEvents([...deltas.flatMap((delta) => parser.push(delta)), ...parser.finish()]);
}

export type AnswerEvent = ReasoningEvent | ToolEvent;

/** One after the other, as a chat reads an answer: the thought apart, then calls in what is said. */
export class ParserPair {
  constructor(
    private readonly reasoning: ReasoningParser | undefined,
    private readonly tools: ToolParser | undefined,
  ) {}

  push(delta: string): AnswerEvent[] {
    return this.readCalls(this.reasoning ? this.reasoning.push(delta) : [{ type: 'content-delta', text: delta }]);
  }

  finish(ending: Ending): AnswerEvent[] {
    return [...this.readCalls(this.reasoning?.finish() ?? []), ...(this.tools?.finish(ending) ?? [])];
  }

  private readCalls(events: readonly ReasoningEvent[]): AnswerEvent[] {
    const { tools } = this;
    return events.flatMap((event): AnswerEvent[] =>
      tools && event.type === 'content-delta' ? tools.push(event.text) : [event],
    );
  }
}

/** All that is read in these deltas, put together: what a client has at the end of a stream. */
export function readAnswer(pair: ParserPair, deltas: readonly string[], ending: Ending): FixtureResult {
  const calls: { name: string; arguments: string }[] = [];
  let content = '';
  let reasoning = '';
  for (const event of [...deltas.flatMap((delta) => pair.push(delta)), ...pair.finish(ending)]) {
    switch (event.type) {
      case 'reasoning-delta':
        reasoning += event.text;
        break;
      case 'tool-call-start':
        if (event.index !== calls.length) throw new Error(`call ${event.index} after ${calls.length} calls`);
        calls.push({ name: event.name, arguments: '' });
        break;
      case 'tool-call-delta':
        if (event.index !== calls.length - 1) throw new Error(`arguments of call ${event.index} are late`);
        calls[event.index].arguments += event.delta;
        break;
      default:
        content += event.text;
    }
  }
  return { content: content === '' ? null : content, tool_calls: calls, ...(reasoning !== '' && { reasoning }) };
}
