import { ParserRegistry } from '../parser.registry.js';
import { deepseekV3 } from './deepseek-v3/deepseek-v3.parser.js';
import { deepseekV31 } from './deepseek-v31/deepseek-v31.parser.js';
import { hermes } from './hermes/hermes.parser.js';
import { kimiK2 } from './kimi-k2/kimi-k2.parser.js';
import { plamo3 } from './plamo3/plamo3.parser.js';
import type { ToolParserDefinition } from './tool-parser.js';

/** Every tool parser; the only list. */
export const toolParserCatalog: readonly ToolParserDefinition[] = [deepseekV3, deepseekV31, hermes, kimiK2, plamo3];

export const toolParsers = new ParserRegistry('tool call parser', toolParserCatalog);
