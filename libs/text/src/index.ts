export type * from './prepared-text.js';
export type { FirstTokenStats, RequestStats, RequestSummary, TextListener, TokenStats } from './request-stats.js';
export { toSamplingDefaults, type SamplingDefaults, type SamplingDefaultsOptions } from './sampling-defaults.js';
export { Text, type TextOptions } from './text.js';
export type * from './text-delta.js';
export type { TextLimits } from './text-limits.js';
export type * from './text-request.js';
