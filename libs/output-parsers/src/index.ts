export { toReasoningParsers, toToolParsers } from './parser-plugin.js';
export type { ParserRegistry } from './parser.registry.js';
export type { ParserModel, SpecialTokens } from './parser-model.js';
export { reasoningParsers } from './reasoning/reasoning-parser.catalog.js';
export type {
  AnswerStart,
  ReasoningEvent,
  ReasoningParser,
  ReasoningParserDefinition,
  ReasoningPrompt,
  ReasoningReading,
} from './reasoning/reasoning-parser.js';
export { toolParsers } from './tool/tool-parser.catalog.js';
export type {
  CallConstraint,
  CallDemand,
  CallIdStyle,
  Ending,
  OfferedFunction,
  ToolEvent,
  ToolParser,
  ToolParserDefinition,
  ToolReading,
} from './tool/tool-parser.js';
