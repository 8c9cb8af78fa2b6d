export { ControlMetrics } from './control-metrics.js';
export type { SleepOperation, WeightOperation } from './control-metrics.js';
export { EngineMetrics } from './engine-metrics.js';
export type { EngineMetricsOptions, FinishedSample, SchedulerSample } from './engine-metrics.js';
export { HttpMetrics } from './http-metrics.js';
export type { HttpSample } from './http-metrics.js';
export { addUpCounts, mergeSnapshots } from './merge-snapshots.js';
export { takeSnapshot } from './metrics-snapshot.js';
export type { MetricsSnapshot } from './metrics-snapshot.js';
