import { markersOf, PythonicParser } from '../../reading/pythonic.parser.js';
import type { PythonicFormat } from '../../reading/pythonic.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';

const format: PythonicFormat = { layout: 'list', bare: true, echoes: false, repairs: false };

/** `[f(a=1), g(b="x")]` as the whole answer, ToolACE's and small Llamas' format (chat-inputs-and-parsers.md §4.2). */
export const pythonic = toPythonicDefinition('pythonic', [/toolace/i], format);

/** A family that writes its calls in Python. */
export function toPythonicDefinition(
  name: string,
  models: readonly RegExp[],
  ownFormat: PythonicFormat,
): ToolParserDefinition {
  return {
    name,
    models,
    specialTokens: 'as-requested',
    markers: () => markersOf(ownFormat),
    requiredTokens: () => [],
    readsWithoutTools: false,
    forcedCalls: 'json',
    create: () => new PythonicParser(ownFormat),
  };
}
