import type { ToolEvent, ToolParser } from '../tool-parser.js';

/**
 * Reads what an engine writes that is held to the arguments of one function: all of it is the arguments, JSON or not, and white space alone is no call
 * (chat-inputs-and-parsers.md §3.2).
 */
export function namedCall(name: string): ToolParser {
  let called = false;
  return {
    push: (delta): ToolEvent[] => {
      const text = called ? delta : delta.trimStart();
      if (text === '') return [];
      const argument: ToolEvent = { type: 'tool-call-delta', index: 0, delta: text };
      if (called) return [argument];
      called = true;
      return [{ type: 'tool-call-start', index: 0, name }, argument];
    },
    finish: () => [],
  };
}
