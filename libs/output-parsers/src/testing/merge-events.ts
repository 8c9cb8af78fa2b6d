import type { ReasoningEvent } from '../reasoning/reasoning-parser.js';
import type { ReasoningParser } from '../reasoning/reasoning-parser.js';
import type { Ending, ToolEvent, ToolParser } from '../tool/tool-parser.js';

/** Neighbours that say more of the same become one event. */
export function mergeToolEvents(events: readonly ToolEvent[]): ToolEvent[] {
  const merged: ToolEvent[] = [];
  for (const event of events) {
    const last = merged.at(-1);
    if (last?.type === 'text-delta' && event.type === 'text-delta') {
      merged[merged.length - 1] = { type: 'text-delta', text: last.text + event.text };
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
