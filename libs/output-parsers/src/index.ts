export { reasoningParsers } from './reasoning/reasoning-parser.catalog.js';
export type {
  AnswerStart,
  ReasoningEvent,
  ReasoningParser,
  ReasoningParserDefinition,
  ReasoningPrompt,
} from './reasoning/reasoning-parser.js';
export { toolParsers } from './tool/tool-parser.catalog.js';
export type {
  CallConstraint,
  CallDemand,
  Ending,
  OfferedFunction,
  ToolEvent,
  ToolParser,
  ToolParserDefinition,
} from './tool/tool-parser.js';
