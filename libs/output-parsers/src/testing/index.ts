export { everySplit } from './every-split.js';
export { mergeReasoningEvents, mergeToolEvents, readReasoning, readTools } from './merge-events.js';
export { expectedResult, loadFixture, type FixtureCase, type ParserFixture } from './parser-fixtures.js';
