import { glm45 } from '../glm45/glm45.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';

/** Ling 3 writes calls like GLM 4.5, and is left to itself as long as no tool is strict (chat-inputs-and-parsers.md §4.1). */
export const ling3: ToolParserDefinition = { ...glm45, name: 'ling3', models: [/ling-?3/i], strictLevel: 'auto' };
