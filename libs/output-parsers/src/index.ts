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
export { namedCall } from './tool/forced-calls/named-call.js';
export { requiredCalls } from './tool/forced-calls/required-calls.js';
export { toolParsers } from './tool/tool-parser.catalog.js';
export type {
  CallConstraint,
  CallIdStyle,
  Ending,
  OfferedFunction,
  StatedDemand,
  StrictLevel,
  ToolEvent,
  ToolParser,
  ToolParserDefinition,
  ToolReading,
} from './tool/tool-parser.js';
export { constString, jsonSchema, regex, withSingleCall } from './tool/structural-tag/format.js';
export type { ArgumentSchema, Format } from './tool/structural-tag/format.js';
