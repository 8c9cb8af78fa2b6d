export { DEFAULT_JSON_STYLE, toConstraint } from './constraint.js';
export type { Constraint, ConstraintFields, JsonStyle } from './constraint.js';
export { ConstraintWorkers } from './checker/constraint-workers.js';
export type { CheckOptions, ConstraintChecker, ConstraintWorkersOptions } from './checker/constraint-workers.js';
export type { Enforcer } from './checker/compile-constraint.js';
export type { GrammarFollower } from './engine/grammar-engine.js';
export type { TokenSet } from './engine/utf8-guard.js';
export { CONSTRAINT_WORKER, OutputGrammars } from './output-grammars.js';
export type { OutputEnds, OutputGrammarsOptions } from './output-grammars.js';
