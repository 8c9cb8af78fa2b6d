export { EMBEDDED_BACKEND, MAX_SCHEMA_NESTING, MAX_TAG_NESTING, nestsWithin } from './structured-outputs.rules.js';
export type { ConstraintChecker } from './constraint-checker.js';
export { isLark } from './grammar-text.js';
export { needsOtherBackend } from './xgrammar-features.js';
export type { GeneratedElsewhere, ReadingSampling } from './generated-elsewhere.js';
export type * from './prepared-text.js';
export type {
  FirstTokenStats,
  RequestStats,
  RequestSummary,
  SamplePlace,
  TextListener,
  TokenStats,
} from './request-stats.js';
export type { ResolvedSampling } from './resolve-sampling.js';
export { toSamplingDefaults, type SamplingDefaults, type SamplingDefaultsOptions } from './sampling-defaults.js';
export type { GeneratedTokens } from './stop-token.js';
export { Text, type TextOptions } from './text.js';
export type * from './text-delta.js';
export type { TextLimits } from './text-limits.js';
export type * from './text-request.js';
export type { TextWindow } from './text-window.js';
export type { TokenReader } from './token-reader.js';
export { contextAfter } from './token-text.js';
