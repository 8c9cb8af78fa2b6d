import { ParserRegistry } from '../parser.registry.js';
import { hermes } from './hermes/hermes.parser.js';
import type { ToolParserDefinition } from './tool-parser.js';

/** Every tool parser; the only list. */
export const toolParserCatalog: readonly ToolParserDefinition[] = [hermes];

export const toolParsers = new ParserRegistry('tool call parser', toolParserCatalog);
