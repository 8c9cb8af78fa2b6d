/** What a utility call gives: a result, or a failure with this text. */
export type UtilityAnswer = { readonly result: unknown } | { readonly failure: string };

/** Results of an engine at rest; every other method is taken, and gives null (engine protocol §7). */
export const DEFAULT_UTILITIES: ReadonlyMap<string, UtilityAnswer> = new Map<string, UtilityAnswer>([
  ['get_supported_tasks', { result: ['generate'] }],
  ['list_loras', { result: [] }],
  ['is_sleeping', { result: false }],
  ['is_scheduler_paused', { result: false }],
  ['reset_prefix_cache', { result: true }],
  ['wake_up', { result: true }],
  ['get_weight_version', { result: 'default' }],
]);
