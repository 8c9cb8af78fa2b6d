export { findDifference } from './compare-result.js';
export { everySplit } from './every-split.js';
export { checkCuts, checkLinear, textsLike } from './parser-law.js';
export {
  mergeReasoningEvents,
  mergeToolEvents,
  ParserPair,
  readAnswer,
  readReasoning,
  readTools,
} from './merge-events.js';
export {
  exceptionNames,
  fixtureNames,
  loadExceptions,
  loadFixture,
  loadTools,
  modelOf,
  type FixtureCase,
  type ParserFixture,
} from './parser-fixtures.js';
export { loadStructuralTags, structuralTagNames, toolsOf } from './structural-tag-fixtures.js';
export type { StructuralTagCase, StructuralTagFixture } from './structural-tag-fixtures.js';
